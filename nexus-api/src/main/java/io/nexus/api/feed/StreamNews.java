package io.nexus.api.feed;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Effect;
import io.nexus.crdt.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a followed stream that others want to know: log lines, counters, distrust. Writer thread only. */
final class StreamNews {
    private static final Logger LOG = LoggerFactory.getLogger(StreamNews.class);

    private final int stream;
    private final FollowContext node;

    StreamNews(int stream, FollowContext node) {
        this.stream = stream;
        this.node = node;
    }

    void left(@Nullable String upstream, Effect.Why why) {
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("upstream", upstream)
                .addKeyValue("why", why)
                .log("upstream left");
    }

    void live(@Nullable String upstream, Position at) {
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("upstream", upstream)
                .addKeyValue("seq", at.seq())
                .log("stream is live");
    }

    void suspect(Position at, Effect.Why why) {
        node.metrics().diverged();
        node.listener().onSuspect(stream);
        LOG.atError()
                .addKeyValue("stream", stream)
                .addKeyValue("position", at)
                .addKeyValue("why", why)
                .log("copy diverged, it will be repaired");
    }

    void superseded(Position at) {
        node.listener().onSuspect(stream);
        LOG.atWarn()
                .addKeyValue("stream", stream)
                .addKeyValue("position", at)
                .log("the stream left this copy's branch, it will be reconciled");
    }

    void corruptStep(String peer, CorruptBytes cause) {
        LOG.atWarn()
                .addKeyValue("stream", stream)
                .addKeyValue("peer", peer)
                .setCause(cause)
                .log("step is corrupt");
    }

    void catchUpFailed(@Nullable String peer, @Nullable Throwable cause) {
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("peer", peer)
                .addKeyValue("cause", String.valueOf(cause))
                .log("catch-up failed");
    }
}
