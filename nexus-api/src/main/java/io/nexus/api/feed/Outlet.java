package io.nexus.api.feed;

import io.nexus.crdt.Cursor;
import io.nexus.crdt.Digest;
import io.nexus.crdt.FeedRing;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * One stream as this node offers it: the recent steps, when each was committed, and whom to wake when there is a new
 * one. One writer, any readers.
 */
final class Outlet {
    /** So many steps are remembered with their time. */
    static final int TIMES = 1024;

    final FeedRing ring;
    private final Set<Runnable> wakes = new CopyOnWriteArraySet<>();
    private final long[] committedSeq = new long[TIMES];
    private final long[] committedNanos = new long[TIMES];
    private final Position[] committed = new Position[TIMES];
    private volatile boolean suspect;
    volatile List<String> via = List.of();

    Outlet(long bytesMax) {
        ring = new FeedRing(bytesMax, FeedRing.DEFAULT_STEPS);
    }

    void append(Step step, long nowNanos) {
        synchronized (committedSeq) {
            int slot = (int) (step.seq() % TIMES);
            committedSeq[slot] = step.seq();
            committedNanos[slot] = nowNanos;
            committed[slot] = step.after();
        }
        ring.append(step);
        wakeAll();
    }

    void reset(Cursor head) {
        suspect = false;
        synchronized (committedSeq) {
            Arrays.fill(committed, null); // of rows that were replaced
        }
        ring.reset(head);
        wakeAll();
    }

    void distrust() {
        suspect = true;
    }

    boolean suspect() {
        return suspect;
    }

    /** When the step was committed on this node; empty if it was too long ago, or not here. */
    OptionalLong committedNanos(long seq) {
        synchronized (committedSeq) {
            int slot = (int) (seq % TIMES);
            return committedSeq[slot] == seq ? OptionalLong.of(committedNanos[slot]) : OptionalLong.empty();
        }
    }

    /** Of a recent step; null if it is none. */
    @Nullable
    Digest digestAt(int incarnation, long seq) {
        synchronized (committedSeq) {
            int slot = (int) (seq % TIMES);
            return committedSeq[slot] == seq ? DigestComparison.digestOf(committed[slot], incarnation, seq) : null;
        }
    }

    /** @param wake must not block: it is called on the writer's thread */
    void addWake(Runnable wake) {
        wakes.add(wake);
    }

    void removeWake(Runnable wake) {
        wakes.remove(wake);
    }

    private void wakeAll() {
        wakes.forEach(Runnable::run);
    }
}
