package io.nexus.statemachine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The primitives are durable: their bytes are fixed here. */
class ByteReaderTest {

    @Test
    void primitives_written_haveTheseBytes() {
        ByteWriter writer = new ByteWriter();
        writer.u8(0xab).u16(0x1234).u32(0xdeadbeefL).u64(-2).bool(true);
        writer.vint(0).vint(127).vint(128).vint(-1).svint(-1).svint(1);
        writer.bytes(new byte[] {1, 2}).raw(new byte[] {3}).string("aé");

        assertThat(HexFormat.of().formatHex(writer.toByteArray()))
                .isEqualTo("ab" + "1234" + "deadbeef" + "fffffffffffffffe" + "01"
                        + "00" + "7f" + "8001" + "ffffffffffffffffff01" + "01" + "02"
                        + "020102" + "03" + "0361c3a9");
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 127, 128, 16383, 16384, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void numbers_writtenAndRead_areEqual(long value) {
        ByteWriter writer =
                new ByteWriter(0).vint(value).svint(value).svint(-value).u64(value);

        ByteReader reader = new ByteReader(writer.toByteArray());

        assertThat(reader.vint()).isEqualTo(value);
        assertThat(reader.svint()).isEqualTo(value);
        assertThat(reader.svint()).isEqualTo(-value);
        assertThat(reader.u64()).isEqualTo(value);
        reader.end();
    }

    @Test
    void buffer_readOnlyAndWithOffset_isReadAndNotMoved() {
        ByteBuffer buffer =
                ByteBuffer.wrap(new byte[] {9, 0, 5, 9}).position(1).limit(3).asReadOnlyBuffer();

        ByteReader reader = new ByteReader(buffer);

        assertThat(reader.u16()).isEqualTo(5);
        reader.end();
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void writer_reset_startsAnew() {
        ByteWriter writer = new ByteWriter().string("something").reset().u8(7);

        assertThat(writer.toByteArray()).containsExactly(7);
    }

    @Test
    void values_outOfRange_areRefused() {
        assertThatThrownBy(() -> new ByteWriter().u8(256)).hasMessage("256 is not between 0 and 255");
        assertThatThrownBy(() -> new ByteWriter().u16(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteWriter().u32(1L << 32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteWriter().vint31(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteWriter().string("a\ud800")).hasMessageContaining("surrogate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8000", // not the shortest form
                "ffffffffffffffffff02", // more than 64 bits
                "ffffffffffffffffffff01",
                "80", // cut short
                ""
            })
    void vint_malformed_isRefused(String hex) {
        ByteReader reader = new ByteReader(HexFormat.of().parseHex(hex));

        assertThatThrownBy(reader::vint).isInstanceOf(MalformedBytes.class);
    }

    @Test
    void lengths_beyondWhatIsLeft_areRefusedBeforeAnythingIsAllocated() {
        byte[] huge = new ByteWriter().vint(Integer.MAX_VALUE).toByteArray();

        assertThatThrownBy(() -> new ByteReader(huge).bytes(Integer.MAX_VALUE)).isInstanceOf(MalformedBytes.class);
        assertThatThrownBy(() -> new ByteReader(huge).string(100)).hasMessageContaining("at most 100");
        assertThatThrownBy(() -> new ByteReader(huge).count(1)).hasMessageContaining("at most 0");
    }

    @Test
    void text_notUtf8_isRefused() {
        byte[] bytes = {2, (byte) 0xc3, 0x28};

        assertThatThrownBy(() -> new ByteReader(bytes).string(10)).isInstanceOf(MalformedBytes.class);
    }

    @Test
    void end_withBytesLeft_isRefused() {
        assertThatThrownBy(() -> new ByteReader(new byte[] {1}).end()).hasMessage("1 bytes too many, at offset 0");
        assertThatThrownBy(() -> new ByteReader(new byte[] {2}).bool()).isInstanceOf(MalformedBytes.class);
    }
}
