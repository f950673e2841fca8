package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which leases, offers and holds end when: about two bytes for each, in buckets of one second of their deadline, so a lease is offered
 * up to a second late and never early. A lease lies in exactly one bucket, that of its current deadline. Every
 * method may be called on any thread; none blocks for longer than a slice takes to be cut.
 */
final class ExpiryIndex {
    static final long BUCKET_MILLIS = 1_000;

    /** How long an offered lease is left alone: its Expire entry is on its way through the log. */
    static final long REOFFER_MILLIS = 5_000;

    private static final long UNSIGNED = 0xffff_ffffL;

    private final Object lock = new Object();
    private final NavigableMap<Long, Bucket> buckets = new TreeMap<>();
    private long size;

    /** Leases in the index. */
    long size() {
        synchronized (lock) {
            return size;
        }
    }

    void clear() {
        synchronized (lock) {
            buckets.clear();
            size = 0;
        }
    }

    void put(int instance, long unit, long deadlineMillis) {
        synchronized (lock) {
            Bucket bucket = buckets.computeIfAbsent(number(deadlineMillis), n -> new Bucket());
            boolean added = bucket.units
                    .computeIfAbsent(instance, i -> new RoaringBitmap())
                    .checkedAdd((int) unit);
            Invariant.check(added, "lease of unit %d in %d is in the expiry index already", unit, instance);
            size++;
        }
    }

    void remove(int instance, long unit, long deadlineMillis) {
        synchronized (lock) {
            Bucket bucket = buckets.get(number(deadlineMillis));
            RoaringBitmap units = bucket == null ? null : bucket.units.get(instance);
            Invariant.check(
                    units != null && units.checkedRemove((int) unit),
                    "lease of unit %d in %d is not in the expiry index",
                    unit,
                    instance);
            size--;
            if (bucket != null && units != null && units.isEmpty()) {
                bucket.units.remove(instance);
                if (bucket.units.isEmpty()) {
                    buckets.remove(number(deadlineMillis));
                }
            }
        }
    }

    /** Like {@link #remove}, of what may not be in the index. */
    void discard(int instance, long unit, long deadlineMillis) {
        synchronized (lock) {
            if (contains(instance, unit, deadlineMillis)) {
                remove(instance, unit, deadlineMillis);
            }
        }
    }

    /** Takes everything of a pool out and offers these units as soon as possible instead. */
    void reset(int instance, RoaringBitmap dueNow) {
        synchronized (lock) {
            var each = buckets.values().iterator();
            while (each.hasNext()) {
                Bucket bucket = each.next();
                RoaringBitmap removed = bucket.units.remove(instance);
                size -= removed == null ? 0 : removed.getLongCardinality();
                if (bucket.units.isEmpty()) {
                    each.remove();
                }
            }
            if (!dueNow.isEmpty()) {
                buckets.computeIfAbsent(0L, n -> new Bucket()).units.put(instance, dueNow.clone());
                size += dueNow.getLongCardinality();
            }
        }
    }

    boolean contains(int instance, long unit, long deadlineMillis) {
        synchronized (lock) {
            Bucket bucket = buckets.get(number(deadlineMillis));
            RoaringBitmap units = bucket == null ? null : bucket.units.get(instance);
            return units != null && units.contains((int) unit);
        }
    }

    /**
     * The next leases that have ended by this time, earliest bucket first: each call goes on where the last one
     * stopped. What was offered is offered again if it is still there {@link #REOFFER_MILLIS} later.
     */
    List<Command> due(long nowMillis, int limit) {
        List<Command> commands = new ArrayList<>();
        synchronized (lock) {
            int left = limit;
            for (Bucket bucket : buckets.headMap(number(nowMillis), false).values()) {
                if (left <= 0) {
                    break;
                }
                left -= bucket.offer(nowMillis, left, commands);
            }
        }
        return commands;
    }

    private static long number(long millis) {
        return millis / BUCKET_MILLIS;
    }

    /** Leases whose deadlines lie within ten seconds, and how far they have been offered. */
    private static final class Bucket {
        final NavigableMap<Integer, RoaringBitmap> units = new TreeMap<>();

        private int nextInstance = Integer.MIN_VALUE;
        private long nextUnit;
        private boolean exhausted;
        private long offeredAtMillis;

        int offer(long nowMillis, int limit, List<Command> to) {
            long waited = nowMillis - offeredAtMillis;
            if (exhausted && waited >= 0 && waited < REOFFER_MILLIS) { // below zero: the clock was set back
                return 0;
            }
            if (exhausted) {
                moveTo(Integer.MIN_VALUE, 0);
            }
            int offered = 0;
            for (var pool : units.tailMap(nextInstance, true).entrySet()) {
                long[] slice = slice(pool.getKey(), pool.getValue(), limit - offered);
                if (slice.length > 0) {
                    to.add(new Command.Expire(pool.getKey(), slice));
                    offeredAtMillis = nowMillis;
                    offered += slice.length;
                    moveTo(pool.getKey(), slice[slice.length - 1] + 1);
                }
                if (offered == limit) {
                    return offered;
                }
            }
            exhausted = true;
            return offered;
        }

        private long[] slice(int instance, RoaringBitmap pool, int limit) {
            long from = instance == nextInstance ? nextUnit : 0;
            if (from > UNSIGNED) {
                return new long[0];
            }
            PeekableIntIterator each = pool.getIntIterator();
            each.advanceIfNeeded((int) from);
            long[] slice = new long[Math.min(limit, pool.getCardinality())];
            int count = 0;
            while (count < slice.length && each.hasNext()) {
                slice[count++] = each.next() & UNSIGNED;
            }
            return count == slice.length ? slice : java.util.Arrays.copyOf(slice, count);
        }

        private void moveTo(int instance, long unit) {
            nextInstance = instance;
            nextUnit = unit;
            exhausted = false;
        }
    }
}
