package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Seeded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which address is next, from /30 to 2^32 units, at the edges of words (64) and containers (65,536). */
class PolicyProperties {
    private static PoolSpec pool(String cidr, int unitLength, AllocPolicy policy) {
        PoolTerms terms = new PoolTerms(policy, HoldPolicy.SOFT, 0, 0, 0, 60, 0, 86_400);
        return TestSegment.with(spec(cidr, unitLength, 0), terms);
    }

    /** The engine's own bitmaps, without rows: for pools of a size at which rows would take minutes. */
    private static PoolState state(String cidr, int unitLength, AllocPolicy policy) {
        return new PoolState(new PoolEntry(pool(cidr, unitLength, policy), 1, 1), false);
    }

    @ParameterizedTest
    @EnumSource(AllocPolicy.class)
    void everyPolicy_givesEachAddressOnce_thenRefuses(AllocPolicy policy) {
        for (String cidr : List.of("10.0.0.0/30", "10.0.0.0/29", "10.0.0.0/26", "10.0.0.0/25", "10.0.0.0/31")) {
            TestSegment segment = new TestSegment().with(1, pool(cidr, 32, policy));
            long size = AddressPlan.of(pool(cidr, 32, policy)).allocatable();
            Set<Long> given = new HashSet<>();
            for (int i = 0; i < size; i++) {
                given.add(segment.allocation(allocate(1, "sub-" + i)).unit());
            }
            assertThat(given).hasSize((int) size);
            segment.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);
            segment.accepted(release(1, "sub-0"));
            segment.accepted(allocate(1, "late"));
            segment.rejected(allocate(1, "later"), Reason.POOL_EXHAUSTED);
        }
    }

    @Test
    void lowest_isTheLowestFree_acrossWordsAndContainers() {
        Seeded.forAll(20, random -> {
            PoolState state = state("2001:db8::/46", 64, AllocPolicy.LOWEST);
            TreeSet<Long> free = new TreeSet<>();
            for (long unit = 0; unit < 1 << 18; unit++) {
                state.take(unit, null, false);
            }
            for (int i = 0; i < 200; i++) {
                long edge = (long) random.nextInt(1, 4) << (random.nextBoolean() ? 16 : 6);
                long unit = Math.max(0, edge + random.nextInt(-2, 3));
                if (free.add(unit)) {
                    state.end(unit, 1, null);
                }
                long next = state.nextFree(i);
                assertThat(next).isEqualTo(free.first());
                if (random.nextBoolean()) {
                    state.take(next, null, true);
                    free.remove(next);
                }
                if (free.isEmpty()) {
                    assertThat(state.nextFree(i)).isEqualTo(UnitBitmap.NONE);
                    free.add(edge);
                    state.end(edge, 1, null);
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8,32", "2001:db8::/32,64", "2001::/24,56", "0.0.0.0/0,32"})
    void random_findsTheOnlyFreeUnit_atTheEdges(String cidr, int unitLength) {
        PoolState state = state(cidr, unitLength, AllocPolicy.RANDOM);
        long units = state.plan().unitCount();
        Set<Long> seen = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            long next = state.nextFree(seed);
            assertThat(next).isBetween(0L, units - 1);
            seen.add(next >>> 16);
        }
        assertThat(seen).as("containers met").hasSizeGreaterThan(20);
        assertThat(state.nextFree(7)).isEqualTo(state.nextFree(7));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8,32", "2001::/24,56"})
    void everyPolicy_findsTheLastFreeUnit_ofALargePool(String cidr, int unitLength) {
        for (AllocPolicy policy : AllocPolicy.values()) {
            PoolState whole = state(cidr, unitLength, policy);
            long units = whole.plan().unitCount();
            for (long last : List.of(63L, 64L, 65_535L, 65_536L, units - 65_536, units - 2)) {
                UnitBitmap bitmap = new UnitBitmap(units);
                bitmap.reserve(0, last - 1);
                bitmap.reserve(last + 1, units - 1);
                assertThat(bitmap.nextFree(0)).isEqualTo(last);
                assertThat(bitmap.nextFree(units - 1)).isEqualTo(last);
                assertThat(bitmap.nextFree(last + 1)).isEqualTo(last);
            }
        }
    }

    @Test
    void lru_givesWhatWasNeverUsed_thenWhatWasReleasedLongestAgo() {
        TestSegment segment = new TestSegment().with(1, pool("10.0.0.0/28", 32, AllocPolicy.LRU));
        int size = 13;
        Deque<Long> released = new ArrayDeque<>();
        for (int i = 0; i < size; i++) {
            segment.accepted(allocate(1, "sub-" + i));
        }
        for (int i : new int[] {7, 2, 11, 0, 5}) {
            segment.pass(1);
            released.add(segment.allocation(release(1, "sub-" + i)).unit());
        }
        segment.pass(60);
        segment.expireDue();
        segment.restart();
        assertThat(segment.allocation(allocate(1, "sub-11")).unit()).isEqualTo(nth(released, 2)); // its own again
        released.remove(nth(released, 2));
        List<Long> given = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            given.add(segment.allocation(allocate(1, "new-" + i)).unit());
        }
        assertThat(given).containsExactlyElementsOf(released);
        segment.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);
    }

    private static Long nth(Deque<Long> units, int n) {
        return List.copyOf(units).get(n);
    }

    @Test
    void rotate_restsAFreedAddress_untilTheTurnComesRound() {
        TestSegment segment = new TestSegment().with(1, pool("10.0.0.0/29", 32, AllocPolicy.ROTATE));
        long first = segment.allocation(allocate(1, "a")).unit();
        segment.accepted(release(1, "a"));
        assertThat(segment.allocation(allocate(1, "b")).unit()).isNotEqualTo(first);
        segment.accepted(exactly(1, "c", segment.engine.pool(1).plan().prefix(first)));
    }
}
