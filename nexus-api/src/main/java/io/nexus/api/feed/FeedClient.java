package io.nexus.api.feed;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.NodeStore;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's copies of the segments that it does not host: follows one upstream in each stream, applies what
 * comes on one writer thread, flushes now and then, because nobody else flushes for a stream that has no log here.
 */
public final class FeedClient implements Copies, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedClient.class);
    private static final long TICK_MILLIS = 250;
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long FLUSH_BYTES = 16L << 20;
    private static final int FETCHES_AT_ONCE = 2;
    private static final long CLOSE_SECONDS = 10;

    private final Ports ports;
    private final Map<Integer, FollowedStream> followed = new ConcurrentHashMap<>();
    private final LongAdder unflushed = new LongAdder();
    private final FollowContext context;
    private @Nullable ScheduledExecutorService writer;
    private @Nullable ExecutorService flusher;
    private @Nullable ExecutorService repairer;
    private long flushedNanos = System.nanoTime();
    private volatile boolean flushing;

    /**
     * What the client works with.
     *
     * @param listener hears of every step applied and every install, on the writer thread
     * @param genesis position of a stream before its first entry, the same on all nodes
     * @param fatal hears that the store failed: the node must stop
     */
    public record Ports(
            Peers peers,
            GroupView groups,
            ClusterView cluster,
            PeerProgress progress,
            NodeStore store,
            FeedListener listener,
            FeedMetrics metrics,
            IntFunction<Position> genesis,
            Consumer<Throwable> fatal) {}

    public FeedClient(Ports ports) {
        this.ports = ports;
        Tails tails = new Tails(ports.peers, this::clusterId, this::write, this::batch, this::lost);
        Upstreams upstreams = new Upstreams(ports.peers, ports.groups, ports.cluster, ports.progress);
        this.context = new FollowContext(
                ports.peers,
                this::clusterId,
                tails,
                upstreams,
                ports.listener,
                ports.metrics,
                this::write,
                this::repair,
                new FollowContext.FetchLimit(FETCHES_AT_ONCE),
                unflushed);
    }

    /**
     * Starts the writer thread; follows nothing yet.
     *
     * @param streams the segments and the meta group: for each of them a gauge of how far it lags
     */
    public synchronized void start(int streams) {
        writer = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "feed-apply"));
        repairer = Executors.newSingleThreadExecutor(task -> new Thread(task, "feed-repair"));
        flusher = Executors.newSingleThreadExecutor(task -> new Thread(task, "feed-flush"));
        ScheduledFuture<?> unused =
                writer.scheduleWithFixedDelay(guarded(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        for (int stream = 0; stream < streams; stream++) {
            int of = stream;
            ports.metrics.lag(of, () -> lag(of));
        }
    }

    /**
     * Follows a segment from the position that the store has. Any thread; completes when the stream is the feed's to
     * write. The segment's group must not run on this node then.
     */
    public CompletableFuture<Void> follow(int segment) {
        return onWriter(() -> {
            if (!followed.containsKey(segment)) {
                FollowedStream stream = new FollowedStream(
                        segment, ports.store.segment(segment), ports.genesis.apply(segment), context);
                followed.put(segment, stream);
                stream.tick(System.nanoTime());
            }
        });
    }

    /** Stops following. Any thread; completes when the feed writes the segment no more: its group may start then. */
    public CompletableFuture<Void> unfollow(int segment) {
        return onWriter(() -> {
            FollowedStream stream = followed.remove(segment);
            if (stream != null) {
                stream.close();
            }
        });
    }

    @Override
    public @Nullable FollowState state(int segment) {
        FollowedStream stream = followed.get(segment);
        return stream == null ? null : stream.state();
    }

    /** A recount, or a member at an equal position, says that the copy is wrong: it is repaired. Any thread. */
    public void foundWrong(int segment) {
        write(() -> {
            FollowedStream stream = followed.get(segment);
            if (stream != null) {
                stream.foundWrong();
            }
        });
    }

    /** False while the segment is followed and its copy is suspect, superseded or being replaced. Any thread. */
    public boolean intact(int segment) {
        FollowState state = state(segment);
        return state == null || !(state.suspect() || state.superseded() || state.catchingUp());
    }

    @Override
    public long lag(int segment) {
        Position here = ports.store.segment(segment).position();
        return here == null ? 0 : Math.max(0, context.upstreams().bestKnown(segment, here.incarnation()) - here.seq());
    }

    /** Writes nothing after it returned; does not flush. Idempotent. */
    @Override
    public synchronized void close() {
        ScheduledExecutorService writing = writer;
        ExecutorService flushes = flusher;
        ExecutorService repairs = repairer;
        if (writing == null || flushes == null || repairs == null || writing.isShutdown()) {
            return;
        }
        CompletableFuture<Void> unused = onWriter(() -> {
            followed.values().forEach(FollowedStream::close);
            followed.clear();
            context.tails().close();
        });
        writing.shutdown(); // after what is queued
        flushes.shutdown();
        repairs.shutdownNow(); // they hold snapshots
        awaitEnd(repairs);
        awaitEnd(writing);
        awaitEnd(flushes);
    }

    private void tick() {
        long now = System.nanoTime();
        followed.values().forEach(stream -> stream.tick(now));
        long bytes = unflushed.sum();
        ExecutorService flushes = flusher;
        boolean due = bytes >= FLUSH_BYTES || (bytes > 0 && now - flushedNanos >= FLUSH_NANOS);
        if (due && !flushing && flushes != null) {
            flushing = true;
            flushedNanos = now;
            unflushed.reset();
            flushes.execute(guarded(() -> {
                ports.store.flush();
                flushing = false;
            }));
        }
    }

    private void batch(String peer, TailBatch batch) {
        FollowedStream stream = followed.get(batch.getStream());
        if (stream != null) {
            stream.batch(peer, batch);
        }
    }

    private void lost(String peer) {
        followed.values().forEach(stream -> stream.lost(peer));
    }

    private String clusterId() {
        return ports.cluster.plan().clusterId();
    }

    /** Hands over to the writer thread; what comes after close is dropped. */
    private void write(Runnable task) {
        ScheduledExecutorService writing = writer;
        if (writing != null) {
            try {
                writing.execute(guarded(task));
            } catch (RejectedExecutionException e) {
                return; // closed
            }
        }
    }

    private void repair(Runnable task) {
        ExecutorService repairs = repairer;
        if (repairs != null) {
            try {
                repairs.execute(guarded(task));
            } catch (RejectedExecutionException e) {
                return; // closed
            }
        }
    }

    private CompletableFuture<Void> onWriter(Runnable task) {
        ScheduledExecutorService writing = writer;
        if (writing == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("the feed was not started"));
        }
        try {
            return CompletableFuture.runAsync(guarded(task), writing);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null); // closed: nothing is written any more
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                ports.fatal.accept(e);
                throw e;
            }
        };
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.atError().log("the feed's writer does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
