package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.rows.FormerRow.Kind;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FormerRowTest {
    private static final long NOW = 1_790_000_000_000L;

    private static FormerRow row(Kind kind, Identity owner) {
        return new FormerRow(kind, owner, 4, 1, 123_456, NOW, 3_600_000, 60_000);
    }

    /** Durable format: a change needs a new version byte, not a new vector. */
    @Test
    void encoded_isAsDrawn_andSmall() {
        byte[] value = row(Kind.YIELDING, Identity.of("sub-000000001")).encode();
        assertThat(HexFormat.of().formatHex(value))
                .isEqualTo("02200d7375622d3030303030303030310401c0c40780d8c1a28c3480dddb01e0d403");
        assertThat(value).hasSizeLessThanOrEqualTo(34);
    }

    @Test
    void decoded_everyKind_isWhatWasEncoded() {
        for (Kind kind : Kind.values()) {
            for (Identity owner : new Identity[] {Identity.of("a"), new Identity("CPE-ü", new byte[] {1, 2}, -2)}) {
                FormerRow row = row(kind, owner);
                assertThat(UnitRow.decode(row.encode())).isEqualTo(row);
                assertThat(UnitRow.isAllocation(row.encode())).isFalse();
            }
        }
    }

    @Test
    void decoded_damaged_isRefused() {
        byte[] good = row(Kind.KEPT, new Identity("CPE", new byte[] {1, 2}, 3)).encode();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> FormerRow.decode(cut)).isInstanceOf(MalformedBytes.class);
        }
        byte[] version = good.clone();
        version[0] = 1;
        assertThatThrownBy(() -> FormerRow.decode(version)).hasMessageContaining("version 1");
        byte[] flags = good.clone();
        flags[1] |= 0x04;
        assertThatThrownBy(() -> FormerRow.decode(flags)).hasMessageContaining("flags");
    }

    @Test
    void times_followOneAnother_andSaturate() {
        FormerRow row = row(Kind.KEPT, Identity.of("a"));
        assertThat(row.heldUntilMillis()).isEqualTo(NOW + 3_600_000);
        assertThat(row.freeAtMillis()).isEqualTo(NOW + 3_660_000);
        assertThat(row.restedAtMillis()).isEqualTo(NOW + 60_000);
        FormerRow forEver = new FormerRow(Kind.KEPT, Identity.of("a"), 2, 1, 1, NOW, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(forEver.freeAtMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void indexRule_leadsOwnersToWhatTheyMayComeBackTo_andCountsNone() {
        NexusIndexRule rule = new NexusIndexRule();
        byte[] key = RowKeys.allocation(1, 2);
        for (Kind kind : Kind.values()) {
            byte[] value = row(kind, Identity.of("müller")).encode();
            assertThat(rule.subscriberHash(key, value).isPresent()).isEqualTo(kind.isForItsOwner());
            assertThat(rule.isLive(key, value)).isFalse();
        }
    }
}
