package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Invariant;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which units of a pool are taken: reserved by the pool's rules or allocated. A summary of the chunks without a free
 * unit makes the search for the next free one cost the same in an empty and in a nearly full pool: at most one chunk
 * of 65,536 units is looked into besides the one it is found in. Single-threaded.
 */
final class UnitBitmap {
    /** What {@link #nextFree} says when there is none. */
    static final long NONE = -1;

    private static final int CHUNK_BITS = 16;
    private static final long CHUNK_UNITS = 1L << CHUNK_BITS;
    private static final long UNITS_MAX = 1L << 32;

    private final long units;
    private final RoaringBitmap taken = new RoaringBitmap();
    private final RoaringBitmap fullChunks = new RoaringBitmap();
    private final int[] freeInChunk;
    private long reserved;
    private long allocated;

    /** @param units 1 to 2^32, all of them free at first */
    UnitBitmap(long units) {
        Invariant.check(units >= 1 && units <= UNITS_MAX, "a pool of %d units", units);
        this.units = units;
        this.freeInChunk = new int[(int) ((units + CHUNK_UNITS - 1) >>> CHUNK_BITS)];
        for (int chunk = 0; chunk < freeInChunk.length; chunk++) {
            freeInChunk[chunk] = (int) Math.min(CHUNK_UNITS, units - ((long) chunk << CHUNK_BITS));
        }
    }

    long units() {
        return units;
    }

    /** Units that can be allocated, now or after others are freed. */
    long allocatable() {
        return units - reserved;
    }

    long allocated() {
        return allocated;
    }

    long free() {
        return units - reserved - allocated;
    }

    boolean isTaken(long unit) {
        return taken.contains((int) inside(unit));
    }

    /** Takes free units out for good. */
    void reserve(long first, long last) {
        Invariant.check(inside(first) <= inside(last), "reserved from %d to %d", first, last);
        Invariant.check(taken.rangeCardinality(first, last + 1) == 0, "%d to %d is taken in part", first, last);
        taken.add(first, last + 1);
        reserved += last - first + 1;
        for (long from = first; from <= last; ) {
            long end = Math.min(last + 1, ((from >>> CHUNK_BITS) + 1) << CHUNK_BITS);
            fill(from, (int) (end - from));
            from = end;
        }
    }

    /** Allocates a free unit. */
    void set(long unit) {
        Invariant.check(taken.checkedAdd((int) inside(unit)), "unit %d is taken already", unit);
        allocated++;
        fill(unit, 1);
    }

    /** Frees an allocated unit; the caller knows that it is not a reserved one. */
    void clear(long unit) {
        Invariant.check(taken.checkedRemove((int) inside(unit)), "unit %d is free already", unit);
        Invariant.check(allocated > 0, "unit %d freed where none is allocated", unit);
        allocated--;
        int chunk = (int) (unit >>> CHUNK_BITS);
        if (freeInChunk[chunk]++ == 0) {
            fullChunks.remove(chunk);
        }
    }

    /** The first free unit at or after this one, going on at 0 after the last; {@link #NONE} if all are taken. */
    long nextFree(long from) {
        if (free() == 0) {
            return NONE;
        }
        long found = atOrAfter(inside(from));
        long next = found != NONE ? found : atOrAfter(0);
        Invariant.check(next != NONE && next < units, "%d units are free, but none is found", free());
        return next;
    }

    private long atOrAfter(long from) {
        if (!taken.contains((int) from)) {
            return from;
        }
        int chunk = (int) (from >>> CHUNK_BITS);
        if (freeInChunk[chunk] > 0) {
            long end = Math.min(units, (chunk + 1L) << CHUNK_BITS);
            // Asked first, because the bitmap's own search would walk through all the full chunks that follow.
            if (taken.rangeCardinality(from, end) < end - from) {
                return taken.nextAbsentValue((int) from);
            }
        }
        long open = fullChunks.nextAbsentValue(chunk + 1);
        return open < freeInChunk.length ? taken.nextAbsentValue((int) (open << CHUNK_BITS)) : NONE;
    }

    private void fill(long unit, int count) {
        int chunk = (int) (unit >>> CHUNK_BITS);
        freeInChunk[chunk] -= count;
        Invariant.check(freeInChunk[chunk] >= 0, "chunk %d is over-full", chunk);
        if (freeInChunk[chunk] == 0) {
            fullChunks.add(chunk);
        }
    }

    private long inside(long unit) {
        Invariant.check(unit >= 0 && unit < units, "unit %d of %d", unit, units);
        return unit;
    }
}
