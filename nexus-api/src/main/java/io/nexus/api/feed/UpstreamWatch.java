package io.nexus.api.feed;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Whether an upstream still does its duty: it speaks, it is not behind the others itself, and what it has comes.
 * Writer thread only.
 */
final class UpstreamWatch {
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long OVERTAKEN_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long LAG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LAGGING_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int HEADS_MAX = 64;

    /** The best heads known, youngest last, that the upstream has not said to have reached. */
    private final Deque<Head> ahead = new ArrayDeque<>();

    private long chosenNanos;
    private long target = -1;
    private long targetNanos;
    private boolean lagging;
    private long laggingNanos;

    private record Head(long seq, long nanos) {}

    enum Finding {
        FINE,
        SILENT,
        /** Three seconds ago another node was where this one still is not. */
        OVERTAKEN,
        /** For a second the upstream has been more than half a second behind the best node known. */
        LAGGING
    }

    void chosen(long nowNanos) {
        chosenNanos = nowNanos;
        targetNanos = nowNanos;
        ahead.clear();
        lagging = false;
    }

    /**
     * @param heardNanos when the upstream last said anything
     * @param seq where this node is
     * @param upstreamSeq where the upstream said to be; -1: not known
     * @param bestKnown where another node is known to be
     */
    Finding look(long nowNanos, long heardNanos, long seq, long upstreamSeq, long bestKnown) {
        boolean newCall = heardNanos - chosenNanos < 0;
        if (nowNanos - (newCall ? chosenNanos : heardNanos) > SILENT_NANOS) {
            return Finding.SILENT;
        }
        if (seq >= target) {
            target = bestKnown;
            targetNanos = nowNanos;
        }
        if (nowNanos - targetNanos > OVERTAKEN_NANOS) {
            return Finding.OVERTAKEN;
        }
        return upstreamSeq >= 0 && lagsForLong(nowNanos, upstreamSeq, bestKnown) ? Finding.LAGGING : Finding.FINE;
    }

    private boolean lagsForLong(long nowNanos, long upstreamSeq, long bestKnown) {
        Head last = ahead.peekLast();
        if (ahead.size() < HEADS_MAX && (last == null || bestKnown > last.seq)) {
            ahead.addLast(new Head(bestKnown, nowNanos));
        }
        while (!ahead.isEmpty() && ahead.getFirst().seq <= upstreamSeq) {
            ahead.removeFirst();
        }
        boolean behind = !ahead.isEmpty() && nowNanos - ahead.getFirst().nanos > LAG_NANOS;
        if (behind && !lagging) {
            laggingNanos = nowNanos;
        }
        lagging = behind;
        return lagging && nowNanos - laggingNanos > LAGGING_NANOS;
    }
}
