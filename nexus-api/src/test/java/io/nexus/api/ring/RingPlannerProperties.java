package io.nexus.api.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What placement promises, over random rosters. Repeat a failure with {@code -Dseed=<n>}. */
final class RingPlannerProperties {
    private static final int[] SEGMENTS = {1, 2, 5, 12, 24, 64};
    private static final int ROUNDS = 12;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void seats_newCluster_areDistinctAndWithinTheShares() {
        for (int nodes = 1; nodes <= 12; nodes++) {
            for (int segments : SEGMENTS) {
                List<String> roster = roster(nodes);
                int members = 1 + random.nextInt(5);
                assertSound(RingPlanner.seats(ring(roster), segments, members), roster, segments, members);
            }
        }
    }

    @Test
    void seats_rosterInAnyOrder_areTheSame() {
        for (int round = 0; round < ROUNDS; round++) {
            List<String> roster = roster(7);
            List<List<String>> seats = RingPlanner.seats(ring(roster), 24, 3);
            Collections.shuffle(roster, random);
            assertThat(RingPlanner.seats(ring(roster), 24, 3)).as(note()).isEqualTo(seats);
        }
    }

    @Test
    void seats_sharesNotReached_followTheRing() {
        List<String> roster = roster(5);
        HashRing ring = ring(roster);
        List<List<String>> seats = RingPlanner.seats(ring, 1, 3);
        assertThat(seats.get(1)).as(note()).isEqualTo(ring.clockwiseFrom(0).subList(0, 3));
        assertThat(seats.get(0)).as(note()).isEqualTo(ring.clockwiseFrom(0));
    }

    @Test
    void seats_unchangedRoster_stay() {
        for (int nodes = 1; nodes <= 9; nodes++) {
            HashRing ring = ring(roster(nodes));
            List<List<String>> seats = RingPlanner.seats(ring, 12, 3);
            assertThat(RingPlanner.seats(ring, 12, 3, seats)).as(note()).isEqualTo(seats);
        }
    }

    @Test
    void seats_joinsAndLeaves_moveAtMostOneMoreThanNeeded() {
        for (int round = 0; round < ROUNDS; round++) {
            int segments = SEGMENTS[random.nextInt(SEGMENTS.length)];
            List<String> roster = roster(3 + random.nextInt(5));
            List<List<String>> seats = RingPlanner.seats(ring(roster), segments, 3);
            for (int change = 0; change < 8; change++) {
                if (roster.size() > 3 && random.nextBoolean()) {
                    roster.remove(random.nextInt(roster.size()));
                } else {
                    roster.add(new UUID(random.nextLong(), random.nextLong()).toString());
                }
                List<List<String>> next = RingPlanner.seats(ring(roster), segments, 3, seats);
                assertSound(next, roster, segments, 3);
                assertThat(moved(seats, next)).as(note()).isLessThanOrEqualTo(needed(seats, roster, segments) + 1);
                seats = next;
            }
        }
    }

    /** Seats of nodes that left, and seats that the others have beyond the share now. */
    private static int needed(List<List<String>> seats, List<String> roster, int segments) {
        int needed = 0;
        for (Map.Entry<String, Integer> load : loads(seats).entrySet()) {
            int share = roster.contains(load.getKey()) ? RingPlanner.seatShare(segments, 3, roster.size()) : 0;
            needed += Math.max(0, load.getValue() - share);
        }
        return needed;
    }

    private static int moved(List<List<String>> before, List<List<String>> after) {
        int moved = 0;
        for (int segment = 1; segment < after.size(); segment++) {
            List<String> newcomers = new ArrayList<>(after.get(segment));
            newcomers.removeAll(before.get(segment));
            moved += newcomers.size();
        }
        return moved;
    }

    private void assertSound(List<List<String>> seats, List<String> roster, int segments, int wanted) {
        int nodes = roster.size();
        assertThat(seats).as(note()).hasSize(segments + 1);
        assertThat(seats.get(0))
                .as(note())
                .hasSize(RingPlanner.metaVoters(nodes))
                .doesNotHaveDuplicates();
        Map<String, Integer> owned = new HashMap<>();
        for (List<String> members : seats.subList(1, seats.size())) {
            assertThat(members).as(note()).hasSize(Math.min(wanted, nodes)).doesNotHaveDuplicates();
            assertThat(roster).as(note()).containsAll(members);
            owned.merge(members.get(0), 1, Integer::sum);
        }
        assertThat(loads(seats).values())
                .as(note())
                .allSatisfy(
                        load -> assertThat(load).isLessThanOrEqualTo(RingPlanner.seatShare(segments, wanted, nodes)));
        assertThat(owned.values())
                .as(note())
                .allSatisfy(load -> assertThat(load).isLessThanOrEqualTo(RingPlanner.ownerShare(segments, nodes)));
    }

    private static Map<String, Integer> loads(List<List<String>> seats) {
        Map<String, Integer> loads = new HashMap<>();
        seats.subList(1, seats.size()).forEach(members -> members.forEach(node -> loads.merge(node, 1, Integer::sum)));
        return loads;
    }

    private List<String> roster(int nodes) {
        List<String> roster = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            roster.add(new UUID(random.nextLong(), random.nextLong()).toString());
        }
        assertThat(new HashSet<>(roster)).hasSize(nodes);
        return roster;
    }

    private static HashRing ring(List<String> roster) {
        return HashRing.of(7, HashRing.VIRTUAL_NODES, roster);
    }

    private String note() {
        return "seed " + seed;
    }
}
