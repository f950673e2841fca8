package io.nexus.api.records;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.nexus.api.peer.v1.RecordCatchUp;
import io.nexus.api.peer.v1.RecordChunk;
import io.nexus.crdt.records.CatchUp;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.VersionVector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends this node's revisions from one snapshot. Runs on a bulk thread, which waits while the transport does not take
 * more; a receiver that takes nothing for half a minute, or not all within ten minutes, is left.
 */
final class RecordSender implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordSender.class);
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TOTAL_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long POLL_MILLIS = 1_000;

    private final Records records;
    private final RecordCatchUp request;
    private final ServerCallStreamObserver<RecordChunk> out;
    private final Object readiness = new Object();
    private long startedNanos;

    RecordSender(Records records, RecordCatchUp request, ServerCallStreamObserver<RecordChunk> out) {
        this.records = records;
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
            out.onError(status(Status.UNAVAILABLE, "the node is stopping"));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("records could not be sent");
            out.onError(status(Status.INTERNAL, "the records could not be read"));
        }
    }

    private void send() throws InterruptedException {
        VersionVector theirs = RecordWire.vector(request.getVector());
        try (RecordSnapshot snapshot = records.store().snapshot()) {
            CatchUp.Kind kind = RecordReplica.kindFor(snapshot.state(), theirs, request.getEverything());
            RecordSnapshot.Cursor cursor = kind == CatchUp.Kind.NEWS ? snapshot.beyond(theirs) : snapshot.all();
            RecordChunk.Builder chunk = RecordChunk.newBuilder()
                    .setKind(RecordWire.kind(kind))
                    .setState(RecordWire.bytes(snapshot.state()));
            for (List<Revision> page = cursor.next(CHUNK_BYTES); !page.isEmpty(); page = cursor.next(CHUNK_BYTES)) {
                RecordWire.put(chunk, page);
                emit(chunk.build());
                chunk.clear();
            }
            emit(chunk.setLast(true).build());
            out.onCompleted();
        }
    }

    private void emit(RecordChunk chunk) throws InterruptedException {
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
}
