package io.nexus.api.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Consistent hashing: every node has the same number of points on a circle of 2^64 unsigned positions. A point's
 * position depends on the hash seed, the node id and the number of the point alone, so a node's points stay where they
 * are whoever else joins or leaves. Immutable; equal input gives an equal ring whatever the order of the nodes.
 */
public final class HashRing {
    /** Points of each node unless configured otherwise. */
    public static final int VIRTUAL_NODES = 150;

    private final List<String> nodes;
    private final List<Point> points;

    private HashRing(List<String> nodes, List<Point> points) {
        this.nodes = nodes;
        this.points = points;
    }

    /**
     * The ring of these nodes.
     *
     * @param nodeIds at least one, no duplicates
     */
    public static HashRing of(long hashSeed, int virtualNodes, Collection<String> nodeIds) {
        if (virtualNodes < 1) {
            throw new IllegalArgumentException("virtual nodes " + virtualNodes + " is not positive");
        }
        List<String> nodes = nodeIds.stream().sorted().distinct().toList();
        if (nodes.isEmpty() || nodes.size() != nodeIds.size()) {
            throw new IllegalArgumentException("a ring needs distinct nodes, got " + nodeIds);
        }
        Point[] points = new Point[nodes.size() * virtualNodes];
        int next = 0;
        for (String node : nodes) {
            for (int number = 0; number < virtualNodes; number++) {
                points[next++] = new Point(RingHash.of(hashSeed, node, number), node);
            }
        }
        Arrays.sort(points, Point.CLOCKWISE);
        return new HashRing(nodes, List.of(points));
    }

    /** Node ids in ascending order. */
    public List<String> nodes() {
        return nodes;
    }

    /** All nodes in the order in which they are first met clockwise from a position, that position included. */
    public List<String> clockwiseFrom(long position) {
        Set<String> met = new LinkedHashSet<>();
        int start = firstAtOrAfter(position);
        for (int i = 0; i < points.size() && met.size() < nodes.size(); i++) {
            met.add(points.get((start + i) % points.size()).node());
        }
        return new ArrayList<>(met);
    }

    private int firstAtOrAfter(long position) {
        int low = 0;
        int high = points.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(points.get(middle).position(), position) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low % points.size();
    }

    /** Two nodes at one position are met in the order of their ids. */
    private record Point(long position, String node) {
        static final Comparator<Point> CLOCKWISE = Comparator.<Point>comparingLong(
                        point -> point.position() ^ Long.MIN_VALUE)
                .thenComparing(Point::node);
    }
}
