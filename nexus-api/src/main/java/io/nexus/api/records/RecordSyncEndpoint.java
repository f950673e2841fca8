package io.nexus.api.records;

import static io.nexus.api.cluster.PacedStream.status;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.cluster.PacedStream;
import io.nexus.api.peer.v1.RecordCatchUp;
import io.nexus.api.peer.v1.RecordChunk;
import io.nexus.api.peer.v1.RecordFollow;
import io.nexus.api.peer.v1.RecordFrame;
import io.nexus.api.peer.v1.RecordSyncServiceGrpc;
import io.nexus.crdt.CorruptBytes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves this node's records to the others: one thread for all followers, at most two for whole transfers. */
public final class RecordSyncEndpoint extends RecordSyncServiceGrpc.RecordSyncServiceImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordSyncEndpoint.class);
    private static final int SESSIONS_MAX = 64;
    private static final int BULK_THREADS = 2;
    private static final long TICK_MILLIS = 250;
    private static final long CLOSE_SECONDS = 5;

    private final Records records;
    private final RecordSettings settings;
    private final Set<RecordSession> sessions = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService serving =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "records-serve"));
    private final ExecutorService bulk = new ThreadPoolExecutor(
            0, BULK_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> new Thread(task, "records-bulk"));

    public RecordSyncEndpoint(Records records, RecordSettings settings) {
        this.records = records;
        this.settings = settings;
    }

    /** Before the server takes calls. */
    public void start() {
        ScheduledFuture<?> unused =
                serving.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        for (RecordSession session : sessions) {
            try {
                session.tick();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("follower of records dropped");
                sessions.remove(session);
                session.close();
            }
        }
    }

    @Override
    public void follow(RecordFollow request, StreamObserver<RecordFrame> responses) {
        ServerCallStreamObserver<RecordFrame> out = (ServerCallStreamObserver<RecordFrame>) responses;
        if (sessions.size() >= SESSIONS_MAX || serving.isShutdown()) {
            out.onError(status(Status.UNAVAILABLE, "too many followers, or the node is stopping"));
            return;
        }
        try {
            RecordSession session =
                    new RecordSession(records, RecordWire.vector(request.getVector()), out, serving, settings);
            out.setOnReadyHandler(session::wake);
            out.setOnCancelHandler(() -> end(session));
            sessions.add(session);
            session.open();
        } catch (CorruptBytes e) {
            out.onError(status(Status.INVALID_ARGUMENT, "vector: " + e.getMessage()));
        }
    }

    private void end(RecordSession session) {
        sessions.remove(session);
        try {
            serving.execute(session::close);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a follower of records left while the node was stopping");
        }
    }

    @Override
    public void catchUp(RecordCatchUp request, StreamObserver<RecordChunk> responses) {
        ServerCallStreamObserver<RecordChunk> out = (ServerCallStreamObserver<RecordChunk>) responses;
        try {
            bulk.execute(new RecordSender(records, request, new PacedStream<>(out)));
        } catch (RejectedExecutionException e) {
            out.onError(status(Status.RESOURCE_EXHAUSTED, "busy with other transfers: ask another node, or later"));
        }
    }

    /** Sends its followers away; before the records are closed. Idempotent. */
    @Override
    public void close() {
        if (serving.isShutdown()) {
            return;
        }
        serving.execute(
                () -> sessions.forEach(session -> session.end(status(Status.UNAVAILABLE, "the node is stopping"))));
        serving.shutdown();
        bulk.shutdownNow(); // they hold snapshots of a store that is about to be closed
        awaitEnd(serving);
        awaitEnd(bulk);
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.atError().log("serving records does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
