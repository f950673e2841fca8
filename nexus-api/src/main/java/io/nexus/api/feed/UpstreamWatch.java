package io.nexus.api.feed;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Whether an upstream still does its duty: it speaks, and what others have comes. Writer thread only. */
final class UpstreamWatch {
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long OVERTAKEN_NANOS = TimeUnit.SECONDS.toNanos(3);

    private long chosenNanos;
    private long target = -1;
    private long targetNanos;

    enum Finding {
        FINE,
        SILENT,
        /** Three seconds ago another node was where this one still is not. */
        OVERTAKEN
    }

    void chosen(long nowNanos) {
        chosenNanos = nowNanos;
        targetNanos = nowNanos;
    }

    /**
     * @param heardNanos when the upstream last said anything
     * @param seq where this node is
     * @param bestKnown where another node is known to be
     */
    Finding look(long nowNanos, long heardNanos, long seq, LongSupplier bestKnown) {
        boolean newCall = heardNanos - chosenNanos < 0;
        if (nowNanos - (newCall ? chosenNanos : heardNanos) > SILENT_NANOS) {
            return Finding.SILENT;
        }
        if (seq >= target) {
            target = bestKnown.getAsLong();
            targetNanos = nowNanos;
        }
        return nowNanos - targetNanos > OVERTAKEN_NANOS ? Finding.OVERTAKEN : Finding.FINE;
    }
}
