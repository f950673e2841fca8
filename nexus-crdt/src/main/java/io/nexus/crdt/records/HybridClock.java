package io.nexus.crdt.records;

/**
 * A node's hybrid logical clock: its stamps are greater than all it gave and all it saw, and near the physical time that
 * it is told. Stamps too far in the future are not accepted, or one wrong clock would win every conflict for ever. When
 * the counter of a millisecond is used up, the next millisecond begins early.
 */
public final class HybridClock {
    private final long offsetMaxMillis;
    private long last;

    /**
     * @param offsetMaxMillis how far clocks of two nodes may be apart
     * @param last the greatest stamp given or seen before; 0: none
     */
    public HybridClock(long offsetMaxMillis, long last) {
        this.offsetMaxMillis = offsetMaxMillis;
        this.last = last;
    }

    /** The greatest stamp given or seen. */
    public long last() {
        return last;
    }

    /** A new stamp. */
    public long next(long nowMillis) {
        last = Math.max(last + 1, Hlc.ofMillis(nowMillis));
        return last;
    }

    public boolean accepts(long stamp, long nowMillis) {
        return Hlc.millis(stamp) <= nowMillis + offsetMaxMillis;
    }

    /** What this node saw precedes what it writes from now on. */
    public void observe(long stamp) {
        last = Math.max(last, stamp);
    }

    /**
     * This node may have forgotten stamps that it gave or saw: what it could accept until now lies before what it
     * writes from now on.
     */
    public void forgot(long nowMillis) {
        observe(Hlc.ofMillis(nowMillis + offsetMaxMillis + 1));
    }
}
