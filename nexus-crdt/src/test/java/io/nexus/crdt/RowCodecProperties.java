package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RowCodecProperties {

    @Test
    void rows_encodedAndDecoded_areTheSame() {
        Seeds.forEach(300, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            List<RowChange> rows = rows(random, random.nextInt(20));
            byte[] bytes = RowCodec.encode(rows);
            assertThat(bytes).hasSize(RowCodec.size(rows));
            assertSame(RowCodec.decode(bytes), rows);
        });
    }

    @Test
    void emptyValue_andDeletedRow_areDifferent() {
        byte[] key = {1};
        List<RowChange> rows = List.of(new RowChange(key, new byte[0]), new RowChange(key, null));
        List<RowChange> decoded = RowCodec.decode(RowCodec.encode(rows));
        assertThat(decoded.get(0).value()).isEmpty();
        assertThat(decoded.get(1).value()).isNull();
    }

    @Test
    void form_isPartOfTheProtocol() {
        byte[] value = new byte[200];
        byte[] bytes = RowCodec.encode(List.of(new RowChange(new byte[] {7, 8}, value)));
        assertThat(Arrays.copyOf(bytes, 5)).containsExactly(2, 7, 8, 0xc9, 1);
    }

    @Test
    void rows_cutShort_areRefused() {
        List<RowChange> rows = List.of(new RowChange(new byte[] {1, 2}, new byte[] {3, 4, 5}));
        byte[] bytes = RowCodec.encode(rows);
        for (int length = 1; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> RowCodec.decode(cut)).isInstanceOf(CorruptBytes.class);
        }
    }

    @Test
    void absurdLength_isRefused() {
        byte[] huge = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
        byte[] endless = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1};
        assertThatThrownBy(() -> RowCodec.decode(huge)).isInstanceOf(CorruptBytes.class);
        assertThatThrownBy(() -> RowCodec.decode(endless)).isInstanceOf(CorruptBytes.class);
    }

    static List<RowChange> rows(SplittableRandom random, int count) {
        List<RowChange> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[1 + random.nextInt(20)];
            byte[] value = new byte[random.nextInt(300)];
            random.nextBytes(key);
            random.nextBytes(value);
            rows.add(new RowChange(key, random.nextInt(4) == 0 ? null : value));
        }
        return rows;
    }

    static void assertSame(List<RowChange> actual, List<RowChange> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).key()).isEqualTo(expected.get(i).key());
            assertThat(actual.get(i).value()).isEqualTo(expected.get(i).value());
        }
    }
}
