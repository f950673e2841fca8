package io.nexus.api.feed;

import static io.nexus.api.cluster.PacedStream.status;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.cluster.PacedStream;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.api.peer.v1.FeedServiceGrpc;
import io.nexus.api.peer.v1.RepairReply;
import io.nexus.api.peer.v1.RepairRequest;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.api.peer.v1.TailRequest;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves this node's copies to the others: the live tail of any stream it has, and whole segments. One thread for all
 * tails, at most {@value #BULK_THREADS} for segments; a call too many is refused and comes back.
 */
public final class FeedEndpoint extends FeedServiceGrpc.FeedServiceImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedEndpoint.class);
    private static final int SESSIONS_MAX = 64;
    private static final int BULK_THREADS = 3;
    private static final long KEEP_ALIVE_TICK_MILLIS = 500;
    private static final long CLOSE_SECONDS = 5;
    private static final String STOPPING = "the node is stopping";

    private final FeedHub hub;
    private final Fanout fanout;
    private final Supplier<String> clusterId;
    private final Set<TailSession> sessions = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService serving;
    private @Nullable ExecutorService bulk;
    private volatile boolean closed;

    /**
     * @param clusterId whoever names another cluster is refused
     * @param fanOut nodes that may follow one stream here, at least 1; the others are sent to these
     */
    public FeedEndpoint(FeedHub hub, Supplier<String> clusterId, int fanOut) {
        this.hub = hub;
        this.fanout = new Fanout(fanOut);
        this.clusterId = clusterId;
    }

    /** Before the server takes calls. */
    public synchronized void start() {
        ScheduledExecutorService tails =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "feed-serve"));
        ScheduledFuture<?> unused = tails.scheduleWithFixedDelay(
                () -> sessions.forEach(this::keepAlive),
                KEEP_ALIVE_TICK_MILLIS,
                KEEP_ALIVE_TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        serving = tails;
        bulk = new ThreadPoolExecutor(
                0, BULK_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> new Thread(task, "feed-bulk"));
    }

    /** Sends its followers away, so that they need not find out by silence; before the store is closed. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        ScheduledExecutorService tails = serving;
        ExecutorService senders = bulk;
        if (tails == null || senders == null || tails.isShutdown()) {
            return;
        }
        tails.execute(() -> sessions.forEach(session -> session.end(status(Status.UNAVAILABLE, STOPPING))));
        tails.shutdown();
        senders.shutdownNow(); // they hold snapshots of a store that is about to be closed
        awaitEnd(tails);
        awaitEnd(senders);
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.atError().log("serving the feed does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public StreamObserver<TailRequest> tail(StreamObserver<TailBatch> responses) {
        ServerCallStreamObserver<TailBatch> out = (ServerCallStreamObserver<TailBatch>) responses;
        ScheduledExecutorService executor = started(serving);
        out.disableAutoRequest();
        TailSession session = new TailSession(hub, fanout, out, executor);
        out.setOnReadyHandler(session::wake);
        out.setOnCancelHandler(() -> end(session, executor));
        if (closed || sessions.size() >= SESSIONS_MAX) {
            out.onError(
                    closed
                            ? status(Status.UNAVAILABLE, STOPPING)
                            : status(Status.RESOURCE_EXHAUSTED, "too many followers"));
            return new Refused();
        }
        sessions.add(session);
        out.request(1);
        return new Requests(session, out, executor);
    }

    @Override
    public void catchUp(CatchUpRequest request, StreamObserver<CatchUpChunk> responses) {
        ServerCallStreamObserver<CatchUpChunk> out = (ServerCallStreamObserver<CatchUpChunk>) responses;
        if (!clusterId.get().equals(request.getClusterId())) {
            out.onError(otherCluster());
            return;
        }
        try {
            started(bulk).execute(new CatchUpSender(hub, request, new PacedStream<>(out)));
        } catch (RejectedExecutionException e) {
            out.onError(status(Status.RESOURCE_EXHAUSTED, "busy with other catch-ups: ask another node, or later"));
        }
    }

    @Override
    public StreamObserver<RepairRequest> repair(StreamObserver<RepairReply> responses) {
        return new FirstQuestion((ServerCallStreamObserver<RepairReply>) responses);
    }

    /** The first question names the stream; the rest goes to the sender. */
    private final class FirstQuestion implements StreamObserver<RepairRequest> {
        private final ServerCallStreamObserver<RepairReply> out;
        private @Nullable RepairSender sender;

        private FirstQuestion(ServerCallStreamObserver<RepairReply> out) {
            this.out = out;
            out.setOnCancelHandler(this::end);
        }

        @Override
        public void onNext(RepairRequest question) {
            if (sender != null) {
                sender.onNext(question);
            } else if (!clusterId.get().equals(question.getClusterId())) {
                out.onError(otherCluster());
            } else {
                RepairSender starting = new RepairSender(question.getStream(), hub, out);
                try {
                    started(bulk).execute(starting);
                    sender = starting;
                } catch (RejectedExecutionException e) {
                    out.onError(
                            status(Status.RESOURCE_EXHAUSTED, "busy with other transfers: ask another node, or later"));
                }
            }
        }

        @Override
        public void onError(Throwable broken) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            if (sender != null) {
                sender.onCompleted();
            }
        }
    }

    private void keepAlive(TailSession session) {
        try {
            session.keepAlive();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("follower dropped");
            sessions.remove(session);
            session.close();
        }
    }

    /** The sessions belong to the serving thread; after close there is nothing left to do for them. */
    private void onServing(ScheduledExecutorService executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a follower came or went while the node was stopping");
        }
    }

    private void end(TailSession session, ScheduledExecutorService executor) {
        sessions.remove(session);
        onServing(executor, session::close);
    }

    private static <T> T started(@Nullable T executor) {
        if (executor == null) {
            throw status(Status.UNAVAILABLE, "the node is starting");
        }
        return executor;
    }

    private static StatusRuntimeException otherCluster() {
        return status(Status.FAILED_PRECONDITION, "this node belongs to another cluster");
    }

    /** What a follower says, handed to the serving thread one by one. */
    private final class Requests implements StreamObserver<TailRequest> {
        private final TailSession session;
        private final ServerCallStreamObserver<TailBatch> out;
        private final ScheduledExecutorService executor;

        private Requests(
                TailSession session, ServerCallStreamObserver<TailBatch> out, ScheduledExecutorService executor) {
            this.session = session;
            this.out = out;
            this.executor = executor;
        }

        @Override
        public void onNext(TailRequest request) {
            if (!clusterId.get().equals(request.getClusterId())) {
                fail(otherCluster());
                return;
            }
            onServing(executor, () -> {
                session.handle(request);
                out.request(1);
            });
        }

        private void fail(StatusRuntimeException why) {
            sessions.remove(session);
            onServing(executor, () -> session.end(why));
        }

        @Override
        public void onError(Throwable broken) {
            end(session, executor);
        }

        @Override
        public void onCompleted() {
            sessions.remove(session);
            onServing(executor, session::complete);
        }
    }

    /** The other half of a call that was refused. */
    private static final class Refused implements StreamObserver<TailRequest> {
        @Override
        public void onNext(TailRequest request) {}

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {}
    }
}
