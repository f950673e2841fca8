package io.nexus.api.ring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who sits where: for each segment the nodes met first clockwise from the start of its arc, as long as no node gets
 * more than its share. The share is ⌈S·R/N⌉ seats, and ⌈S/N⌉ segments to own by preference. Among all placements
 * within the shares the one with the fewest moves from the previous placement is taken, and among those the one that
 * follows the ring most closely. Pure: equal input gives an equal plan.
 */
public final class RingPlanner {
    /** Members of each segment unless configured otherwise or there are fewer nodes. */
    public static final int MEMBERS = 3;

    /** Dearer than any detour around the ring, so that moves are counted first. */
    private static final long MOVE = 1L << 32;

    private final HashRing ring;
    private final int segmentCount;
    private final int members;
    private final List<List<String>> previous;

    private RingPlanner(HashRing ring, int segmentCount, int members, List<List<String>> previous) {
        this.ring = ring;
        this.segmentCount = segmentCount;
        this.members = Math.min(members, ring.nodes().size());
        this.previous = previous;
    }

    /**
     * Seats for a new cluster: index = segment, 0 is the meta group; node ids, preferred owner first.
     *
     * @param members of each segment, positive; never more than there are nodes
     */
    public static List<List<String>> seats(HashRing ring, int segmentCount, int members) {
        return seats(ring, segmentCount, members, List.of());
    }

    /** Seats after the roster changed. {@code previous} has the form of the answer, or is empty. */
    public static List<List<String>> seats(HashRing ring, int segmentCount, int members, List<List<String>> previous) {
        if (members < 1) {
            throw new IllegalArgumentException("members " + members + " is not positive");
        }
        if (!previous.isEmpty() && previous.size() != segmentCount + 1) {
            throw new IllegalArgumentException(
                    "previous seats for " + previous.size() + " groups, expected " + (segmentCount + 1));
        }
        return new RingPlanner(ring, segmentCount, members, previous).plan();
    }

    /** Voters of the meta group: an odd number, because an even one stands no more failures than one less. */
    public static int metaVoters(int nodeCount) {
        return nodeCount < 3 ? 1 : nodeCount < 5 ? 3 : 5;
    }

    /** The most seats in segments that a node may get. */
    public static int seatShare(int segmentCount, int members, int nodeCount) {
        return ceilDiv(segmentCount * Math.min(members, nodeCount), nodeCount);
    }

    /** The most segments that a node may be the preferred owner of. */
    public static int ownerShare(int segmentCount, int nodeCount) {
        return ceilDiv(segmentCount, nodeCount);
    }

    private List<List<String>> plan() {
        List<List<String>> walks = IntStream.rangeClosed(1, segmentCount)
                .mapToObj(segment -> ring.clockwiseFrom(new SegmentArcs(segmentCount).start(segment)))
                .toList();
        int nodes = ring.nodes().size();
        boolean[][] seated = CheapestSeats.choose(memberCosts(walks), members, seatShare(segmentCount, members, nodes));
        boolean[][] owners = CheapestSeats.choose(ownerCosts(walks, seated), 1, ownerShare(segmentCount, nodes));
        List<List<String>> seats = new ArrayList<>();
        seats.add(metaSeats());
        for (int row = 0; row < segmentCount; row++) {
            seats.add(inOrder(walks.get(row), seated[row], owners[row]));
        }
        return List.copyOf(seats);
    }

    private long[][] memberCosts(List<List<String>> walks) {
        long[][] costs = new long[segmentCount][ring.nodes().size()];
        for (int row = 0; row < segmentCount; row++) {
            List<String> before = before(row + 1);
            for (int column = 0; column < costs[row].length; column++) {
                String node = ring.nodes().get(column);
                boolean moves = !previous.isEmpty() && !before.contains(node);
                costs[row][column] = (moves ? MOVE : 0) + walks.get(row).indexOf(node);
            }
        }
        return costs;
    }

    private long[][] ownerCosts(List<List<String>> walks, boolean[][] seated) {
        long[][] costs = new long[segmentCount][ring.nodes().size()];
        for (int row = 0; row < segmentCount; row++) {
            List<String> before = before(row + 1);
            for (int column = 0; column < costs[row].length; column++) {
                String node = ring.nodes().get(column);
                boolean moves = !before.isEmpty() && !before.get(0).equals(node);
                costs[row][column] = seated[row][column]
                        ? (moves ? MOVE : 0) + walks.get(row).indexOf(node)
                        : CheapestSeats.FORBIDDEN;
            }
        }
        return costs;
    }

    private List<String> before(int segment) {
        return previous.isEmpty() ? List.of() : previous.get(segment);
    }

    /** The owner, then the others as the walk meets them. */
    private List<String> inOrder(List<String> walk, boolean[] seated, boolean[] owner) {
        List<String> nodes = ring.nodes();
        return walk.stream()
                .filter(node -> seated[nodes.indexOf(node)])
                .sorted(Comparator.comparing(node -> !owner[nodes.indexOf(node)]))
                .toList();
    }

    /** Voters that are still there stay; the rest are met clockwise from position 0. */
    private List<String> metaSeats() {
        List<String> voters = new ArrayList<>(before(0));
        voters.retainAll(ring.nodes());
        List<String> spare = new ArrayList<>(ring.clockwiseFrom(0));
        spare.removeAll(voters);
        voters.addAll(spare);
        return List.copyOf(voters.subList(0, metaVoters(ring.nodes().size())));
    }

    private static int ceilDiv(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
