package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Identity;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentRowTest {
    private static final AllocationRow ROW =
            new AllocationRow(AllocType.SESSION, 5, 1, 9, 0xa1L, Identity.of("alice"), new byte[6], 1000, 2000, 62_000);
    private static final RecentRow RECENT = new RecentRow(
            1_790_000_000_000L,
            List.of(
                    new RecentRow.Released(0xb2L, -2, new RecentRow.Ended(7, 0xffffffffL, ROW)),
                    new RecentRow.Refused(-1L, 3),
                    new RecentRow.Expired(new RecentRow.Ended(-1, 0, ROW)),
                    new RecentRow.Repeated(0xc3L, 0xa1L)));

    /** Durable format: a change needs a new version byte, not a new vector. */
    @Test
    void encoded_isAsDrawn() {
        String row = HexFormat.of().formatHex(ROW.encode());
        assertThat(HexFormat.of().formatHex(RECENT.encode()))
                .isEqualTo("01" + "80d8c1a28c34" + "04" + "01" + "00000000000000b2" + "fffffffe" + "07" + "ffffffff0f"
                        + "20" + row + "02" + "ffffffffffffffff" + "00000003" + "03" + "ffffffff0f" + "00" + "20" + row
                        + "04" + "00000000000000c3" + "00000000000000a1");
    }

    @Test
    void decoded_isWhatWasEncoded() {
        assertThat(RecentRow.decode(RECENT.encode())).usingRecursiveComparison().isEqualTo(RECENT);
    }

    @Test
    void entries_nameEveryCommandThatTheyAnswer() {
        assertThat(RECENT.entries().stream().map(RecentRow.Entry::commandIds))
                .containsExactly(new long[] {0xb2L, 0xa1L}, new long[] {-1L}, new long[] {0xa1L}, new long[] {0xc3L});
    }

    @Test
    void decoded_damaged_isRefused() {
        byte[] good = RECENT.encode();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> RecentRow.decode(cut)).isInstanceOf(MalformedBytes.class);
        }
        byte[] later = good.clone();
        later[0] = 2;
        assertThatThrownBy(() -> RecentRow.decode(later)).hasMessageContaining("version 2");
        byte[] unknown = new byte[] {1, 0, 1, 9, 0, 0, 0};
        assertThatThrownBy(() -> RecentRow.decode(unknown)).hasMessageContaining("unknown kind 9");
    }
}
