package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Stage;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllocationRowTest {
    private static final byte[] MAC = {0x02, 0x1b, 0x44, 0x11, 0x3a, (byte) 0xb7};
    private static final long NOW = 1_790_000_000_000L;

    private static AllocationRow lease(Identity owner, byte[] mac) {
        return new AllocationRow(
                AllocType.SESSION, 3, 1, 123_456, 0x0123456789abcdefL, owner, mac, NOW, NOW + 60_000, NOW + 3_660_000);
    }

    private static AllocationRow permanent(Identity owner, byte[] mac) {
        return new AllocationRow(AllocType.PERMANENT, 1, 0, 1, -1L, owner, mac, NOW, NOW, 0);
    }

    /** Durable format: a change needs a new version byte, not a new vector. */
    @Test
    void encoded_leaseWithMac_isAsDrawn() {
        assertThat(HexFormat.of()
                        .formatHex(lease(Identity.of("sub-000000001"), MAC).encode()))
                .isEqualTo(
                        "02050d7375622d303030303030303031021b44113ab70301c0c4070123456789abcdef80d8c1a28c34e0d40380dddb01");
    }

    @Test
    void encoded_shortIdWithMac_staysSmall() {
        assertThat(lease(Identity.of("sub-000000001"), MAC).encode()).hasSizeLessThanOrEqualTo(48);
    }

    @Test
    void decoded_everyKind_isWhatWasEncoded() {
        Identity v6 = new Identity("CPE-ü-17", new byte[] {0, 1, 0, 1, 9}, 0xfffffffe);
        for (AllocationRow row : List.of(
                lease(Identity.of("a"), new byte[0]),
                lease(v6, MAC),
                permanent(v6, new byte[0]),
                permanent(new Identity("x", new byte[0], 5), MAC),
                permanent(new Identity("y".repeat(256), new byte[128], 0), new byte[0]),
                new AllocationRow(
                        AllocType.SESSION,
                        1,
                        1,
                        1,
                        1,
                        v6,
                        MAC,
                        NOW,
                        NOW,
                        NOW + 60_000,
                        Stage.OFFERED_AGAIN,
                        new Attachment("bng-1", "")),
                new AllocationRow(AllocType.STICKY, 1, 1, 1, 1, Identity.of("z"), MAC, 0, 0, Long.MAX_VALUE))) {
            assertThat(AllocationRow.decode(row.encode()))
                    .usingRecursiveComparison()
                    .isEqualTo(row);
        }
    }

    @Test
    void decoded_damaged_isRefused() {
        byte[] good = lease(new Identity("CPE", new byte[] {1, 2}, 3), MAC).encode();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            assertThatThrownBy(() -> AllocationRow.decode(cut)).isInstanceOf(MalformedBytes.class);
        }
        byte[] later = good.clone();
        later[0] = 1;
        assertThatThrownBy(() -> AllocationRow.decode(later)).hasMessageContaining("version 1");
        byte[] flags = good.clone();
        flags[1] |= 0x40; // offered again, but not offered
        assertThatThrownBy(() -> AllocationRow.decode(flags)).hasMessageContaining("flags");
    }

    @Test
    void row_thatCannotBe_isRefused() {
        Identity owner = Identity.of("a");
        assertThatThrownBy(() -> new AllocationRow(AllocType.SESSION, 2, 1, 1, 1, owner, MAC, 1, 1, 2))
                .hasMessageContaining("odd");
        assertThatThrownBy(() -> new AllocationRow(AllocType.SESSION, 1, 1, 1, 1, owner, MAC, 1, 1, 0))
                .hasMessageContaining("deadline");
        assertThatThrownBy(() -> new AllocationRow(AllocType.PERMANENT, 1, 1, 1, 1, owner, MAC, 1, 1, 5))
                .hasMessageContaining("deadline");
        assertThatThrownBy(() -> new AllocationRow(AllocType.SESSION, 1, 1, 1, 1, owner, new byte[5], 1, 1, 2))
                .hasMessageContaining("mac");
    }

    @Test
    void endedBy_countsTheDeadlineItself_andNeverEndsPermanent() {
        AllocationRow row = lease(Identity.of("a"), MAC);
        assertThat(row.endedBy(row.expiresAtMillis() - 1)).isFalse();
        assertThat(row.endedBy(row.expiresAtMillis())).isTrue();
        assertThat(permanent(Identity.of("a"), MAC).endedBy(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void indexRule_findsOnlyAllocations() {
        NexusIndexRule rule = new NexusIndexRule();
        byte[] value = lease(new Identity("müller", new byte[] {7}, 1), MAC).encode();
        assertThat(rule.subscriberHash(RowKeys.allocation(1, 2), value)).hasValue(SubscriberHash.of("müller"));
        assertThat(rule.subscriberHash(RowKeys.counters(1), new CountersRow(0, 0, 0, 9, 0).encode()))
                .isEmpty();
        assertThat(rule.subscriberHash(RowKeys.recent(1), value)).isEmpty();
    }

    @Test
    void toAllocation_computesThePrefixOfTheUnit() {
        PoolEntry v4 = pool(new Prefix(Family.IPV4, 0, 0x64400000L, 10), 32);
        Allocation address = lease(Identity.of("a"), MAC).toAllocation(v4, 0x3fffffL);
        assertThat(address.prefix()).isEqualTo(new Prefix(Family.IPV4, 0, 0x647fffffL, 32));
        assertThat(address.poolId()).isEqualTo("p");
        assertThat(address.unit()).isEqualTo(0x3fffffL);

        PoolEntry v6 = pool(new Prefix(Family.IPV6, 0x20010db800000000L, 0, 24 + 8), 56);
        Allocation delegated = lease(Identity.of("a"), MAC).toAllocation(v6, 0xabcdefL);
        assertThat(delegated.prefix()).isEqualTo(new Prefix(Family.IPV6, 0x20010db8abcdef00L, 0, 56));

        PoolEntry across = pool(new Prefix(Family.IPV6, 0x20010db800000000L, 0, 48), 72);
        assertThat(lease(Identity.of("a"), MAC).toAllocation(across, 0x123456L).prefix())
                .isEqualTo(new Prefix(Family.IPV6, 0x20010db800001234L, 0x5600000000000000L, 72));
    }

    private static PoolEntry pool(Prefix cidr, int unitLength) {
        return new PoolEntry(
                new PoolSpec("p", "default", cidr, unitLength, null, List.of(), List.of(), 0, Map.of()), 1, 1);
    }
}
