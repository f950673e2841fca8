package io.nexus.api.feed;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.RowCodec;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one segment in key order from one snapshot. Runs on a bulk thread, which waits while the transport does not
 * take more; a receiver that takes nothing for half a minute, or not all within ten minutes, is left: a snapshot that
 * stays open holds back compaction.
 */
final class CatchUpSender implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUpSender.class);
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TOTAL_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long POLL_MILLIS = 1_000;

    private final FeedHub hub;
    private final CatchUpRequest request;
    private final ServerCallStreamObserver<CatchUpChunk> out;
    private final Object readiness = new Object();
    private final List<RowChange> pending = new ArrayList<>();
    private long startedNanos;
    private int pendingBytes;

    CatchUpSender(FeedHub hub, CatchUpRequest request, ServerCallStreamObserver<CatchUpChunk> out) {
        this.hub = hub;
        this.request = request;
        this.out = out;
    }

    /** The transport may take more, or the call is over. Any thread. */
    void ready() {
        synchronized (readiness) {
            readiness.notifyAll();
        }
    }

    @Override
    public void run() {
        startedNanos = System.nanoTime();
        try {
            send();
        } catch (StatusRuntimeException e) {
            if (!out.isCancelled()) {
                out.onError(e);
            }
        } catch (InterruptedException e) {
            // Only the closing endpoint interrupts; the thread ends with it.
            Thread.currentThread().interrupt();
            out.onError(
                    Status.UNAVAILABLE.withDescription("the node is stopping").asRuntimeException());
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("stream", request.getStream()).setCause(e).log("snapshot could not be sent");
            out.onError(status(Status.INTERNAL, "the snapshot could not be read"));
        }
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
            emit(Wire.last(position));
            out.onCompleted();
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
            emit(Wire.chunk(pending));
            pending.clear();
            pendingBytes = 0;
        }
    }

    private void emit(CatchUpChunk chunk) throws InterruptedException {
        long since = System.nanoTime();
        synchronized (readiness) {
            while (!out.isReady()) {
                long now = System.nanoTime();
                if (out.isCancelled()) {
                    throw status(Status.CANCELLED, "the receiver left");
                }
                if (now - since > STALL_NANOS || now - startedNanos > TOTAL_NANOS) {
                    throw status(Status.ABORTED, "the receiver is too slow");
                }
                readiness.wait(POLL_MILLIS);
            }
        }
        out.onNext(chunk);
    }

    private static StatusRuntimeException status(Status status, String why) {
        return status.withDescription(why).asRuntimeException();
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
