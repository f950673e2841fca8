package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HistoryRowTest {
    private static final byte[] MAC = {0x02, 0x1b, 0x44, 0x11, 0x3a, (byte) 0xb7};

    /** Durable format: a change needs a new version byte, not a new vector. */
    @Test
    void encoded_isAsDrawn_andSmall() {
        HistoryRow row = new HistoryRow(
                EndReason.EXPIRED, AllocType.SESSION, Identity.of("sub-000000001"), MAC, Attachment.NONE, 3_600_000);
        assertThat(HexFormat.of().formatHex(row.encode()))
                .isEqualTo("01250d7375622d303030303030303031021b44113ab780dddb01");
        assertThat(row.encode()).hasSizeLessThanOrEqualTo(27);
    }

    @Test
    void decoded_isWhatWasEncoded_andDamageIsRefused() {
        for (EndReason reason : EndReason.values()) {
            HistoryRow row = new HistoryRow(
                    reason,
                    AllocType.PERMANENT,
                    new Identity("CPE-ü", new byte[] {1, 2}, -2),
                    new byte[0],
                    new Attachment("bng-1", "eth 1/2,3"),
                    1);
            byte[] good = row.encode();
            assertThat(HistoryRow.decode(good)).usingRecursiveComparison().isEqualTo(row);
            for (int length = 0; length < good.length; length++) {
                byte[] cut = Arrays.copyOf(good, length);
                assertThatThrownBy(() -> HistoryRow.decode(cut)).isInstanceOf(MalformedBytes.class);
            }
        }
        assertThatThrownBy(() -> HistoryRow.decode(new byte[] {9, 1})).hasMessageContaining("version 9");
    }

    @Test
    void keys_sortByUnitThenTime() {
        byte[] early = RowKeys.history(1, 7, 1_000);
        byte[] late = RowKeys.history(1, 7, 1L << 41);
        assertThat(Arrays.compareUnsigned(early, late)).isNegative();
        assertThat(Arrays.compareUnsigned(late, RowKeys.history(1, 8, 0))).isNegative();
        assertThat(RowKeys.endedAtMillis(late)).isEqualTo(1L << 41);
        assertThat(RowKeys.unit(late)).isEqualTo(7);
        assertThat(RowKeys.instance(late)).isEqualTo(1);
        assertThat(RowKeys.isAllocation(late)).isFalse();
    }
}
