package io.nexus.api.records;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.RecordCatchUp;
import io.nexus.api.peer.v1.RecordChunk;
import io.nexus.api.peer.v1.RecordSyncServiceGrpc;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.records.CatchUp;
import io.nexus.crdt.records.Revision;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One transfer of another node's revisions to this one. As {@link RecordFollower}, used by the writer thread. */
final class RecordPull {
    private static final Logger LOG = LoggerFactory.getLogger(RecordPull.class);
    private static final int IN_FLIGHT = 4;

    private final String peer;
    private final Records records;
    private final RecordMetrics metrics;
    private final Runnable end;
    private volatile @Nullable ClientCallStreamObserver<RecordCatchUp> call;
    private volatile long heardNanos = System.nanoTime();
    private @Nullable CatchUp catchUp;
    private boolean over;
    private boolean complete;

    /** @param end hears once that it is over, on the writer thread */
    RecordPull(String peer, Records records, RecordMetrics metrics, Runnable end) {
        this.peer = peer;
        this.records = records;
        this.metrics = metrics;
        this.end = end;
    }

    String peer() {
        return peer;
    }

    long heardNanos() {
        return heardNanos;
    }

    /** After the end: true if all of it is here. */
    boolean complete() {
        return complete;
    }

    void open(Channel channel, RecordCatchUp request) {
        RecordSyncServiceGrpc.newStub(channel).catchUp(request, new Chunks());
    }

    /** What came so far stays; it counts when a later transfer is complete. */
    void giveUp(String why) {
        if (over) {
            return;
        }
        over = true;
        LOG.atInfo().addKeyValue("peer", peer).addKeyValue("why", why).log("transfer of records given up");
        ClientCallStreamObserver<RecordCatchUp> started = call;
        if (started != null) {
            started.cancel(why, null);
        }
        end.run();
    }

    private void take(RecordChunk chunk) {
        if (over) {
            return;
        }
        try {
            if (!apply(chunk)) {
                metrics.future(peer);
                giveUp("a write is stamped too far in the future: compare the clocks of the nodes");
                return;
            }
        } catch (CorruptBytes e) {
            giveUp(String.valueOf(e.getMessage()));
            return;
        }
        ClientCallStreamObserver<RecordCatchUp> started = call;
        if (chunk.getLast()) {
            over = true;
            complete = true;
            end.run();
        } else if (started != null) {
            started.request(1);
        }
    }

    private boolean apply(RecordChunk chunk) {
        CatchUp running = catchUp;
        if (running == null) {
            CatchUp.Kind kind = RecordWire.kind(chunk.getKind());
            metrics.catchUp(kind.name().toLowerCase(Locale.ROOT));
            running = records.replica().catchUp(kind, RecordWire.state(chunk.getState()));
            catchUp = running;
        }
        List<Revision> revisions = RecordWire.revisions(chunk);
        metrics.received(revisions.size());
        if (!running.chunk(revisions, records.now())) {
            return false;
        }
        if (chunk.getLast()) {
            records.publish(running.finish(records.now()));
        }
        return true;
    }

    private final class Chunks implements ClientResponseObserver<RecordCatchUp, RecordChunk> {
        @Override
        public void beforeStart(ClientCallStreamObserver<RecordCatchUp> out) {
            out.disableAutoRequestWithInitial(IN_FLIGHT);
            call = out;
        }

        @Override
        public void onNext(RecordChunk chunk) {
            heardNanos = System.nanoTime();
            records.thread().offer(() -> take(chunk));
        }

        @Override
        public void onError(Throwable cause) {
            records.thread().offer(() -> giveUp(String.valueOf(cause.getMessage())));
        }

        @Override
        public void onCompleted() {
            records.thread().offer(() -> giveUp("it ended too early"));
        }
    }
}
