package io.nexus.api.cluster;

import io.nexus.crdt.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How old this node's copy of a segment is at most, by this node's own monotonic clock alone.
 *
 * <p>A <em>head</em> says: everything that was acknowledged before a moment has a seq of at most so much. An owner can
 * say so of the moment from which it proved its leadership, because before that moment nobody else acknowledged
 * anything, and it applies before it acknowledges. The asker knows that its question was sent before the answer was
 * made, so the moment lies at or after its own sending time less the age of the proof. Once the copy's seq has reached
 * the head, the copy holds everything up to that moment: that is the bound. Without new heads it grows, as it should in
 * a partition. Of two clocks only this is asked: that they run about equally fast for half a second, the age of a proof.
 *
 * <p>Thread-safe; never blocks beyond the moment of another update.
 */
final class Freshness {
    /** While the copy is behind, so many heads are remembered; the oldest ones are reached first. */
    private static final int PENDING_MAX = 8;

    private final IntFunction<@Nullable Position> positions;
    private final LongSupplier nanos;
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();

    Freshness(IntFunction<@Nullable Position> positions, LongSupplier nanos) {
        this.positions = positions;
        this.nanos = nanos;
    }

    /** @param asOfNanos everything acknowledged before is at or below the seq */
    void observe(int segment, int incarnation, long seq, long asOfNanos) {
        Position position = positions.apply(segment);
        streams.computeIfAbsent(segment, number -> new Stream()).add(new Head(incarnation, seq, asOfNanos), position);
    }

    /** This node proved that it led at that moment: what it has applied by now is everything acknowledged before. */
    void proven(int segment, long asOfNanos) {
        Position position = positions.apply(segment);
        if (position != null) {
            observe(segment, position.incarnation(), position.seq(), asOfNanos);
        }
    }

    /** In milliseconds, rounded up; -1 while no head was reached since this node started. */
    long stalenessMillis(int segment) {
        Stream stream = streams.get(segment);
        if (stream == null) {
            return -1;
        }
        // The position first: a head that is added later can only be younger than it.
        Position position = positions.apply(segment);
        return stream.millisBehind(position, nanos.getAsLong());
    }

    private record Head(int incarnation, long seq, long asOfNanos) {
        boolean reachedBy(@Nullable Position position) {
            return position != null && position.incarnation() == incarnation && position.seq() >= seq;
        }

        /** Of a branch that was given up. */
        boolean overtakenBy(@Nullable Position position) {
            return position != null && position.incarnation() > incarnation;
        }
    }

    private static final class Stream {
        private final Deque<Head> pending = new ArrayDeque<>();
        private boolean known;
        private long freshAsOfNanos;

        synchronized void add(Head head, @Nullable Position position) {
            settle(position);
            if (head.overtakenBy(position) || (known && head.asOfNanos - freshAsOfNanos <= 0)) {
                return;
            }
            if (head.reachedBy(position)) {
                fresh(head.asOfNanos);
                pending.removeIf(older -> older.asOfNanos - head.asOfNanos <= 0);
                return;
            }
            if (pending.size() == PENDING_MAX) {
                pending.removeLast();
            }
            if (pending.isEmpty() || head.asOfNanos - pending.getLast().asOfNanos > 0) {
                pending.addLast(head);
            }
        }

        synchronized long millisBehind(@Nullable Position position, long now) {
            settle(position);
            if (!known) {
                return -1;
            }
            long nanosBehind = Math.max(0, now - freshAsOfNanos);
            return TimeUnit.NANOSECONDS.toMillis(nanosBehind + TimeUnit.MILLISECONDS.toNanos(1) - 1);
        }

        private void settle(@Nullable Position position) {
            pending.removeIf(head -> head.overtakenBy(position));
            while (!pending.isEmpty() && pending.getFirst().reachedBy(position)) {
                fresh(pending.removeFirst().asOfNanos);
            }
        }

        private void fresh(long asOfNanos) {
            if (!known || asOfNanos - freshAsOfNanos > 0) {
                freshAsOfNanos = asOfNanos;
                known = true;
            }
        }
    }
}
