package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.peer.v1.RepairRequest;
import io.nexus.crdt.Effect;
import io.nexus.crdt.RowCodec;
import io.nexus.statemachine.storage.DigestMismatch;
import io.nexus.statemachine.storage.Recount;
import io.nexus.statemachine.storage.SegmentStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The repair that a followed stream has under way, at most one. Writer thread only. */
final class RepairSlot {
    private static final Logger LOG = LoggerFactory.getLogger(RepairSlot.class);

    private final int stream;
    private final SegmentStore store;
    private final FollowContext node;
    private final SegmentRepair.Events events;
    private @Nullable SegmentRepair repair;

    RepairSlot(int stream, SegmentStore store, FollowContext node, SegmentRepair.Events events) {
        this.stream = stream;
        this.store = store;
        this.node = node;
        this.events = events;
    }

    /** False: the peer is gone. */
    boolean start(Effect.StartRepair start) {
        abandon();
        Channel channel = node.peers().bulk(start.peer());
        if (channel == null) {
            return false;
        }
        RepairRequest first = RepairRequest.newBuilder()
                .setClusterId(node.clusterId().get())
                .setFrom(node.peers().selfId())
                .setStream(stream)
                .build();
        SegmentRepair started =
                new SegmentRepair(start.session(), store, channel, first, node.metrics(), node.writer(), events);
        repair = started;
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("peer", start.peer())
                .log("repair started");
        node.repairs().execute(started);
        return true;
    }

    void proceed() {
        if (repair != null) {
            repair.proceed();
        }
    }

    /** Makes the changes, and has the rows read again; false if they do not fit, and nothing was changed. */
    boolean correct(Effect.Correct correct) {
        SegmentRepair current = repair;
        Recount found = current == null ? null : current.found();
        if (current == null || found == null) {
            return false;
        }
        try {
            store.correct(found, correct.position(), correct.changes());
        } catch (DigestMismatch | IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("stream", stream).setCause(e).log("corrections refused by the store");
            return false;
        }
        node.unflushed().add(RowCodec.size(correct.changes()));
        node.metrics().repaired(correct.changes().size());
        LOG.atInfo()
                .addKeyValue("stream", stream)
                .addKeyValue("rows", correct.changes().size())
                .addKeyValue("seq", correct.position().seq())
                .log("rows corrected");
        node.repairs().execute(() -> current.verify(correct.position()));
        return true;
    }

    void abandon() {
        if (repair != null) {
            repair.abandon();
            repair = null;
        }
    }
}
