package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.address;
import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.lease;
import static io.nexus.statemachine.allocator.TestSegment.prefix;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.renew;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Seeded;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pools that change while they are in use. */
class PoolUpdateTest {
    private static final PoolTerms PLAIN = terms(AllocPolicy.LOWEST, false);

    private final TestSegment segment = new TestSegment();
    private int revision;

    private static PoolTerms terms(AllocPolicy policy, boolean draining) {
        return new PoolTerms(policy, HoldPolicy.SOFT, 60, 0, 60, 30, 0, 86_400, draining);
    }

    private void become(String origin, String cidr, PoolTerms terms, String... exclusions) {
        List<AddressRange> ranges = List.of(exclusions).stream()
                .map(text -> AddressRange.parse(text).get())
                .toList();
        PoolSpec spec = new PoolSpec(
                "p", "default", prefix(cidr), 32, null, ranges, List.of(), 0, Map.of(), terms, prefix(origin));
        PoolEntry entry = new PoolEntry(spec, 1, TestSegment.SEGMENT, revision++);
        assertThat(segment.accepted(new Command.OpenPool(entry)).changed()).isTrue();
        assertThat(segment.accepted(new Command.OpenPool(entry)).changed()).isFalse();
    }

    @Test
    void exclusion_ofWhatIsInUse_holdsOnceItIsGivenBack() {
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN);
        Prefix kept = segment.allocation(allocate(1, "a")).prefix();
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN, kept.address());
        segment.restart();
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isEqualTo(kept);
        segment.rejected(exactly(1, "b", kept), Reason.NOT_ALLOCATABLE);
        segment.accepted(release(1, "a"));
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isNotEqualTo(kept);
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN);
        segment.pass(120);
        segment.expireDue();
        assertThat(segment.allocation(exactly(1, "b", kept)).prefix()).isEqualTo(kept);
    }

    @Test
    void growth_keepsEveryAddress_whicheverHalfThePoolWas() {
        for (String origin : List.of("10.0.0.0/29", "10.0.0.8/29")) {
            TestSegment grown = new TestSegment();
            PoolSpec small = TestSegment.with(TestSegment.spec(origin, 32, 0), PLAIN);
            grown.with(1, small);
            Prefix kept = grown.allocation(allocate(1, "a")).prefix();
            PoolSpec wide = new PoolSpec(
                    small.id(),
                    "default",
                    prefix("10.0.0.0/28"),
                    32,
                    null,
                    List.of(),
                    List.of(),
                    0,
                    Map.of(),
                    PLAIN,
                    prefix(origin));
            grown.accepted(new Command.OpenPool(new PoolEntry(wide, 1, TestSegment.SEGMENT, 1)));
            grown.restart();
            assertThat(grown.allocation(allocate(1, "a")).prefix()).isEqualTo(kept);
            Set<Prefix> given = new HashSet<>(Set.of(kept));
            for (int i = 0; i < 12; i++) {
                given.add(grown.allocation(allocate(1, "sub-" + i)).prefix());
            }
            assertThat(given)
                    .hasSize(13)
                    .doesNotContain(address("10.0.0.0"), address("10.0.0.1"), address("10.0.0.15"));
            grown.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);
        }
    }

    @Test
    void plan_ofAGrownPool_hasEveryPrefixOnce_andFindsEveryRange() {
        Seeded.forAll(200, random -> {
            int bits = random.nextInt(2, 9);
            int originBits = random.nextInt(0, bits + 1);
            long base = 0x0a000000L;
            long inside = random.nextLong(1L << (bits - originBits)) << originBits;
            Prefix cidr = new Prefix(io.nexus.statemachine.model.Family.IPV4, 0, base, 32 - bits);
            Prefix origin = new Prefix(io.nexus.statemachine.model.Family.IPV4, 0, base + inside, 32 - originBits);
            long first = random.nextLong(1L << bits);
            long last = random.nextLong(first, 1L << bits);
            AddressRange excluded = AddressRange.parse(text(base + first) + "-" + text(base + last))
                    .get();
            PoolSpec spec = new PoolSpec(
                    "p", "default", cidr, 32, null, List.of(excluded), List.of(), 0, Map.of(), PLAIN, origin);
            AddressPlan plan = AddressPlan.of(spec);
            Set<Prefix> seen = new HashSet<>();
            for (long unit = 0; unit < plan.unitCount(); unit++) {
                Prefix each = plan.prefix(unit);
                assertThat(plan.unit(each)).hasValue(unit);
                seen.add(each);
                long place = each.lo() - base;
                boolean isEdge = bits >= 2 && (place == 0 || place == (1L << bits) - 1 || place == 1);
                assertThat(plan.isWithheld(unit)).isEqualTo(isEdge || (place >= first && place <= last));
            }
            assertThat(seen).hasSize(1 << bits).allMatch(cidr::contains);
            assertThat(plan.prefix(0).lo()).as("the first unit stays the first").isEqualTo(base + inside);
        });
    }

    private static String text(long address) {
        return new Prefix(io.nexus.statemachine.model.Family.IPV4, 0, address, 32).address();
    }

    @Test
    void draining_refusesWhatIsNew_andKeepsWhatIsThere() {
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN);
        segment.accepted(lease(1, "a", 600));
        segment.accepted(allocate(1, "gone"));
        segment.accepted(release(1, "gone"));
        become("10.0.0.0/29", "10.0.0.0/29", terms(AllocPolicy.LOWEST, true));
        segment.rejected(allocate(1, "b"), Reason.POOL_DRAINING);
        segment.rejected(allocate(1, "gone"), Reason.POOL_DRAINING);
        segment.accepted(renew(1, "a", 900));
        segment.accepted(lease(1, "a", 900));
        segment.rejected(new Command.SealPool(1), Reason.POOL_IN_USE);
        segment.accepted(release(1, "a"));
        segment.accepted(new Command.SealPool(1));
    }

    @Test
    void policy_changesFromLruAndBack_losingNothing() {
        become("10.0.0.0/29", "10.0.0.0/29", terms(AllocPolicy.LRU, false));
        for (int i = 0; i < 5; i++) {
            segment.accepted(allocate(1, "sub-" + i));
        }
        segment.accepted(release(1, "sub-3"));
        segment.pass(100);
        segment.expireDue();
        assertThat(segment.engine.pool(1).leftovers().count()).isEqualTo(1);
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN);
        segment.expireDue();
        assertThat(segment.engine.pool(1).leftovers().count()).isZero();
        become("10.0.0.0/29", "10.0.0.0/29", terms(AllocPolicy.LRU, false));
        segment.accepted(allocate(1, "new"));
    }

    @Test
    void olderRevision_thatArrivesLate_changesNothing() {
        become("10.0.0.0/29", "10.0.0.0/29", PLAIN);
        PoolEntry first = segment.engine.pool(1).entry();
        become("10.0.0.0/29", "10.0.0.0/28", PLAIN);
        assertThat(segment.accepted(new Command.OpenPool(first)).changed()).isFalse();
        assertThat(segment.engine.pool(1).plan().unitCount()).isEqualTo(16);
        PoolEntry other = new PoolEntry(first.spec(), 1, TestSegment.SEGMENT, 1);
        segment.rejected(new Command.OpenPool(other), Reason.INVARIANT_BROKEN);
    }
}
