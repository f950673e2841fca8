package io.nexus.api.ring;

import java.math.BigInteger;

/**
 * The circle of 2^64 positions cut into S equal arcs, one for each segment: segment 1 begins at 0, the next where the
 * one before ends. Positions are unsigned.
 */
public record SegmentArcs(int segmentCount) {
    private static final BigInteger CIRCLE = BigInteger.ONE.shiftLeft(Long.SIZE);

    public SegmentArcs {
        if (segmentCount < 1) {
            throw new IllegalArgumentException("segment count " + segmentCount + " is not positive");
        }
    }

    /** First position of the arc. */
    public long start(int segment) {
        if (segment < 1 || segment > segmentCount) {
            throw new IllegalArgumentException("segment " + segment + " is not within 1 to " + segmentCount);
        }
        return boundary(segment - 1);
    }

    /** First position after the arc; 0 for the last one, where the circle closes. */
    public long end(int segment) {
        return segment == segmentCount ? 0 : start(segment + 1);
    }

    /** Rounded up: the first position p with ⌊p·S/2^64⌋ equal to the arc's number, by which pools are placed. */
    private long boundary(int arc) {
        BigInteger count = BigInteger.valueOf(segmentCount);
        return CIRCLE.multiply(BigInteger.valueOf(arc))
                .add(count.subtract(BigInteger.ONE))
                .divide(count)
                .longValue();
    }
}
