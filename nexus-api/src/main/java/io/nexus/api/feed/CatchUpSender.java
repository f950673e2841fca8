package io.nexus.api.feed;

import static io.nexus.api.cluster.PacedStream.status;

import io.grpc.Status;
import io.nexus.api.cluster.PacedStream;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.RowCodec;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;

/** Sends one segment in key order from one snapshot. Runs on a bulk thread. */
final class CatchUpSender implements Runnable {
    private static final int CHUNK_BYTES = 64 << 10;

    private final FeedHub hub;
    private final CatchUpRequest request;
    private final PacedStream<CatchUpChunk> out;
    private final List<RowChange> pending = new ArrayList<>();
    private int pendingBytes;

    CatchUpSender(FeedHub hub, CatchUpRequest request, PacedStream<CatchUpChunk> out) {
        this.hub = hub;
        this.request = request;
        this.out = out;
    }

    @Override
    public void run() {
        out.run(this::send);
    }

    private void send() throws InterruptedException {
        try (SegmentStore.StoreSnapshot snapshot = hub.snapshot(request.getStream())) {
            if (snapshot == null) {
                throw status(Status.NOT_FOUND, "no copy of stream " + request.getStream() + " to give");
            }
            Position position = snapshot.position();
            if (position.index() < request.getMinLogIndex()) {
                throw status(
                        Status.FAILED_PRECONDITION,
                        "at log index " + position.index() + ", asked for " + request.getMinLogIndex());
            }
            snapshot.scan(new byte[0], this::row);
            flush();
            out.send(Wire.last(position));
        } catch (Interrupted e) {
            throw e.cause;
        }
    }

    private void row(byte[] key, byte[] value) {
        RowChange row = new RowChange(key.clone(), value.clone());
        pending.add(row);
        pendingBytes += RowCodec.size(row);
        if (pendingBytes >= CHUNK_BYTES) {
            try {
                flush();
            } catch (InterruptedException e) {
                throw new Interrupted(e);
            }
        }
    }

    private void flush() throws InterruptedException {
        if (!pending.isEmpty()) {
            out.send(Wire.chunk(pending));
            pending.clear();
            pendingBytes = 0;
        }
    }

    /** Carries an interrupt through the store's scan. */
    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final InterruptedException cause;

        private Interrupted(InterruptedException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
