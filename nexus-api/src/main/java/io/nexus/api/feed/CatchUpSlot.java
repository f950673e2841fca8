package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.crdt.Effect;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.statemachine.storage.DigestMismatch;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The catch-up that a followed stream has under way, or is waiting to start; at most one. Writer thread only. */
final class CatchUpSlot {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUpSlot.class);
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final int stream;
    private final SegmentStore store;
    private final FollowContext node;
    private final SegmentFetch.Events events;
    private @Nullable SegmentFetch fetch;
    private Effect.@Nullable StartCatchUp waiting;

    CatchUpSlot(int stream, SegmentStore store, FollowContext node, SegmentFetch.Events events) {
        this.stream = stream;
        this.store = store;
        this.node = node;
        this.events = events;
    }

    /** Starts now, or in a later {@link #startIfWaiting} if enough others are under way. False: the peer is gone. */
    boolean start(Effect.StartCatchUp start) {
        Channel channel = node.peers().bulk(start.peer());
        if (channel == null) {
            return false;
        }
        if (!node.fetches().take()) {
            waiting = start;
            return true;
        }
        waiting = null;
        SegmentFetch started = new SegmentFetch(start.session(), store.install(), node.writer(), events);
        fetch = started;
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("peer", start.peer())
                .log("catch-up started");
        started.start(
                channel,
                CatchUpRequest.newBuilder()
                        .setClusterId(node.clusterId().get())
                        .setFrom(node.peers().selfId())
                        .setStream(stream)
                        .build());
        return true;
    }

    /** The session that cannot be started any more; empty if all is well. */
    OptionalLong startIfWaiting() {
        Effect.StartCatchUp start = waiting;
        return start == null || start(start) ? OptionalLong.empty() : OptionalLong.of(start.session());
    }

    /** The session whose peer has not said anything for too long. */
    OptionalLong silent(long nowNanos) {
        SegmentFetch current = fetch;
        return current != null && nowNanos - current.heardNanos() > SILENT_NANOS
                ? OptionalLong.of(current.session())
                : OptionalLong.empty();
    }

    void put(List<RowChange> rows) {
        if (fetch != null) {
            fetch.put(rows);
        }
    }

    /** Blocks on the flush. Null if the rows became the segment; else why they cannot. */
    @Nullable
    RuntimeException finish(Position position) {
        SegmentFetch finishing = fetch;
        if (finishing == null) {
            return new IllegalStateException("no catch-up is under way");
        }
        try {
            finishing.finish(position);
        } catch (DigestMismatch | IllegalArgumentException e) {
            return e;
        }
        fetch = null;
        node.fetches().giveBack();
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("seq", position.seq())
                .log("catch-up finished");
        return null;
    }

    void abandon() {
        waiting = null;
        SegmentFetch abandoned = fetch;
        if (abandoned != null) {
            fetch = null;
            abandoned.abandon();
            node.fetches().giveBack();
        }
    }
}
