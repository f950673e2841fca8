package io.nexus.api.watch;

import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.crdt.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * How far the serving thread has looked into one stream's ring. Watchers read up to there and no further: up to there
 * they know which steps concern them. Serving thread only.
 */
final class Lane {
    final int stream;
    final ChangeRing ring;

    /** Null while the stream has no position on this node. */
    @Nullable
    Cursor branch;

    long dispatched;
    private int epoch = -1;

    Lane(int stream, ChangeRing ring) {
        this.stream = stream;
        this.ring = ring;
    }

    /** Takes note of a ring that cannot be read on from here; why not, or null if it can. */
    @Nullable
    Cause jumped(ChangeRing.View view) {
        Cause why = epoch != view.epoch() ? Cause.REPLACED : dispatched < view.oldest() ? Cause.TOO_OLD : null;
        if (why != null || branch == null) {
            epoch = view.epoch();
            branch = view.head();
            dispatched = branch == null ? 0 : branch.seq();
        }
        return why;
    }
}
