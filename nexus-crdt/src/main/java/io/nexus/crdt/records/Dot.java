package io.nexus.crdt.records;

/**
 * Names one write for ever.
 *
 * @param seq dense in its origin, from 1
 */
public record Dot(Origin origin, long seq) implements Comparable<Dot> {
    @Override
    public int compareTo(Dot other) {
        int byOrigin = origin.compareTo(other.origin);
        return byOrigin != 0 ? byOrigin : Long.compare(seq, other.seq);
    }
}
