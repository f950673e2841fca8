package io.nexus.api.feed;

import io.nexus.api.cluster.Peers;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What every followed stream needs of the node.
 *
 * @param writer the one thread that writes followed streams
 * @param repairs one thread that reads rows and waits for other nodes
 * @param fetches segments that may be fetched at the same time
 * @param unflushed bytes written since the last flush
 */
record FollowContext(
        Peers peers,
        Supplier<String> clusterId,
        Tails tails,
        Upstreams upstreams,
        FeedListener listener,
        FeedMetrics metrics,
        Executor writer,
        Executor repairs,
        FetchLimit fetches,
        LongAdder unflushed) {

    /** Bounds the bulk transfers to this node. Writer thread only. */
    static final class FetchLimit {
        private int free;

        FetchLimit(int atOnce) {
            this.free = atOnce;
        }

        boolean take() {
            if (free == 0) {
                return false;
            }
            free--;
            return true;
        }

        void giveBack() {
            free++;
        }
    }
}
