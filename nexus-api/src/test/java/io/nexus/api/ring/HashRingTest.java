package io.nexus.api.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HashRingTest {
    @Test
    void hash_knownInputs_neverChanges() {
        assertThat(Long.toHexString(RingHash.of(0, "", 0))).isEqualTo("a5e0dba6c385580a");
        assertThat(Long.toHexString(RingHash.of(42, "node-a", 7))).isEqualTo("1739261652b35f70");
        assertThat(Long.toHexString(RingHash.of(-1, "5f8b5a1e-8d4c-4b0e-9a55-0c2d5e7f1a2b", 149)))
                .isEqualTo("7729da3e55123da1");
    }

    @Test
    void clockwiseFrom_anyPosition_meetsEveryNodeOnce() {
        HashRing ring = HashRing.of(1, 150, List.of("c", "a", "b"));
        for (long position : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(ring.clockwiseFrom(position)).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void clockwiseFrom_nodeAdded_keepsTheOrderOfTheOthers() {
        HashRing three = HashRing.of(9, 150, List.of("a", "b", "c"));
        HashRing four = HashRing.of(9, 150, List.of("d", "c", "b", "a"));
        for (int segment = 1; segment <= 64; segment++) {
            long start = new SegmentArcs(64).start(segment);
            List<String> walk = new ArrayList<>(four.clockwiseFrom(start));
            walk.remove("d");
            assertThat(walk).isEqualTo(three.clockwiseFrom(start));
        }
    }

    @Test
    void of_duplicateNodes_isRefused() {
        assertThatThrownBy(() -> HashRing.of(1, 150, List.of("a", "a"))).hasMessageContaining("distinct");
        assertThatThrownBy(() -> HashRing.of(1, 0, List.of("a"))).hasMessageContaining("virtual nodes");
    }

    @Test
    void arcs_anyCount_coverTheCircleInEqualParts() {
        for (int count : new int[] {1, 3, 12, 64}) {
            SegmentArcs arcs = new SegmentArcs(count);
            assertThat(arcs.start(1)).isZero();
            assertThat(arcs.end(count)).isZero();
            long width = Long.divideUnsigned(-1, count);
            for (int segment = 1; segment < count; segment++) {
                assertThat(arcs.end(segment)).isEqualTo(arcs.start(segment + 1));
                assertThat(arcs.end(segment) - arcs.start(segment)).isBetween(width, width + 1);
            }
        }
    }

    @Test
    void arcs_boundaries_areWherePoolPlacementCuts() {
        for (int count : new int[] {1, 3, 12, 24, 64}) {
            SegmentArcs arcs = new SegmentArcs(count);
            for (int segment = 1; segment <= count; segment++) {
                assertThat(arcOf(arcs.start(segment), count)).isEqualTo(segment);
                assertThat(arcOf(arcs.end(segment) - 1, count)).isEqualTo(segment);
            }
        }
    }

    /** As {@code PoolPlacement.segment} does it. */
    private static int arcOf(long position, int count) {
        return new BigInteger(Long.toUnsignedString(position))
                        .multiply(BigInteger.valueOf(count))
                        .shiftRight(Long.SIZE)
                        .intValue()
                + 1;
    }
}
