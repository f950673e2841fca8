package io.nexus.api.watch;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.error.Problem;
import io.nexus.api.keyspace.ChangeSource;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.crdt.Cursor;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving thread and what it owns: it looks at each new step once, marks the watchers that may want it, and lets
 * them send. Two bulk threads read snapshots.
 */
final class WatchLoop {
    private static final Logger LOG = LoggerFactory.getLogger(WatchLoop.class);
    private static final int BULK_THREADS = 2;
    private static final int BULK_WAITING_MAX = 100_000; // one for each watcher at most
    private static final long TICK_MILLIS = 500;
    private static final long CLOSE_SECONDS = 5;

    private final WatchHub hub;
    private final ClusterView cluster;
    private final WatchMetrics metrics;
    private final Consumer<String> left;
    private final WatchIndex index = new WatchIndex();
    private final Set<WatchSession> sessions = new LinkedHashSet<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final AtomicBoolean dispatching = new AtomicBoolean();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor serving =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "watch-serve"));
    private final ThreadPoolExecutor bulk = new ThreadPoolExecutor(
            BULK_THREADS,
            BULK_THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(BULK_WAITING_MAX),
            task -> new Thread(task, "watch-bulk"));

    private volatile long lag;
    /** Without watchers the writers need not wake anybody. */
    private volatile boolean watched;
    /** Why no watcher is taken in any more. */
    private @Nullable Problem ended;

    /** @param left is told the transport of each watcher that is over */
    WatchLoop(WatchHub hub, ClusterView cluster, WatchMetrics metrics, Consumer<String> left) {
        this.hub = hub;
        this.cluster = cluster;
        this.metrics = metrics;
        this.left = left;
        bulk.allowCoreThreadTimeOut(true);
    }

    /** The store is open: from now on changes are looked at. */
    void start() {
        for (int stream = 0; stream < hub.streams(); stream++) {
            lanes.add(new Lane(stream, hub.ring(stream)));
        }
        hub.wake(() -> {
            if (watched) {
                once(dispatching, this::dispatch);
            }
        });
        ScheduledFuture<?> unused =
                serving.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    long lag() {
        return lag;
    }

    WatchMetrics metrics() {
        return metrics;
    }

    /* --------------- any thread --------------- */

    Watches.Watch open(
            WatchSession.Setup setup, @Nullable WatchToken token, WatchSink sink, Map<Subtree, ChangeSource> followed) {
        List<SegmentTail> tails = new ArrayList<>();
        lanes.forEach(lane -> tails.add(new SegmentTail(lane, hub, setup.filter())));
        List<SourceTail> sources = new ArrayList<>();
        followed.forEach((subtree, source) -> {
            List<List<String>> paths = setup.filter().pathsOf(subtree.name());
            if (!paths.isEmpty()) {
                sources.add(new SourceTail(subtree, source, paths));
            }
        });
        WatchSession session = new WatchSession(setup, sink, this, tails, sources);
        onServing(() -> {
            Problem over = ended;
            if (over != null) {
                session.end(over);
                return;
            }
            watched = true; // before the look: what comes after it wakes
            dispatch();
            sessions.add(session);
            index.add(session);
            session.begin(token);
        });
        AtomicBoolean pumping = new AtomicBoolean();
        return new Watches.Watch() {
            @Override
            public void ready() {
                once(pumping, session::pump);
            }

            @Override
            public void cancel() {
                onServing(session::close);
            }
        };
    }

    void sourcesWoken() {
        once(waking, () -> List.copyOf(sessions).forEach(WatchSession::sourcesWoken));
    }

    void endAll(Problem why) {
        onServing(() -> {
            ended = why;
            List.copyOf(sessions).forEach(session -> session.end(why));
        });
    }

    void close() {
        serving.shutdown();
        bulk.shutdownNow();
        awaitEnd(serving);
        awaitEnd(bulk);
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.atError().log("watching does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** However often it is asked for before it runs, it runs once. */
    private void once(AtomicBoolean scheduled, Runnable task) {
        if (scheduled.compareAndSet(false, true)) {
            onServing(() -> {
                scheduled.set(false);
                task.run();
            });
        }
    }

    private void onServing(Runnable task) {
        try {
            serving.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("watching failed");
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a watcher came or went while the node was stopping");
        }
    }

    /* --------------- serving thread --------------- */

    private void dispatch() {
        Set<WatchSession> marked = new LinkedHashSet<>();
        for (Lane lane : lanes) {
            ChangeRing ring = hub.ring(lane.stream);
            ChangeRing.View view = ring.view();
            Cause jumped = lane.jumped(view);
            if (jumped != null) {
                marked.addAll(sessions);
                List.copyOf(sessions).forEach(session -> session.jumped(lane.stream, jumped));
            }
            Cursor head = view.head();
            if (head != null && sessions.isEmpty()) {
                lane.dispatched = head.seq();
            } else if (head != null) {
                advance(lane, head.seq(), marked);
            }
        }
        marked.forEach(WatchSession::pump);
    }

    private void advance(Lane lane, long to, Set<WatchSession> marked) {
        while (lane.dispatched < to) {
            long seq = lane.dispatched + 1;
            ChangeRing.Slot step = lane.ring.at(seq);
            if (step == null) {
                return; // overtaken: the next look finds the lane behind the ring
            }
            try {
                for (WatchSession session : index.interestedIn(hub.decode(step))) {
                    session.mark(lane.stream, seq);
                    marked.add(session);
                }
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("stream", lane.stream)
                        .addKeyValue("seq", seq)
                        .setCause(e)
                        .log("a step cannot be told to watchers: they read the segment anew");
                List.copyOf(sessions).forEach(session -> session.jumped(lane.stream, Cause.REPLACED));
            }
            lane.dispatched = seq;
        }
    }

    private void tick() {
        try {
            dispatch();
            long now = System.nanoTime();
            long most = 0;
            for (WatchSession session : List.copyOf(sessions)) {
                session.tick(now);
                most = Math.max(most, session.lag());
            }
            lag = most;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("watching failed");
        }
    }

    /** Lets others send first. */
    void later(WatchSession session) {
        onServing(session::pump);
    }

    void fetch(WatchSession session, WatchPart part, Scan scan) {
        try {
            bulk.execute(() -> {
                Scan.Page page = read(scan);
                onServing(() -> session.fetched(part, scan, page));
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a watcher asked for a snapshot while the node was stopping");
        }
    }

    private static Scan.@Nullable Page read(Scan scan) {
        try {
            return scan.next();
        } catch (RuntimeException e) {
            LOG.atInfo().setCause(e).log("a watcher's snapshot ended early");
            return null;
        }
    }

    void broken(WatchSession session, RuntimeException cause) {
        LOG.atError().setCause(cause).log("watcher dropped");
        session.end(Problem.of(Reason.INVARIANT_BROKEN, "internal error: the log of this node says more"));
    }

    void forget(WatchSession session) {
        if (sessions.remove(session)) {
            index.remove(session);
            watched = !sessions.isEmpty();
        }
        left.accept(session.transport);
    }

    /** Of the copies that the filter's values lie in; -1 if one is not known. */
    long stalenessMillis(WatchFilter filter) {
        long most = 0;
        for (int stream : streams(filter)) {
            long staleness = cluster.stalenessMillis(stream);
            if (staleness < 0) {
                return -1;
            }
            most = Math.max(most, staleness);
        }
        return most;
    }

    private Set<Integer> streams(WatchFilter filter) {
        Set<Integer> streams = new TreeSet<>(Set.of(0));
        for (Selector selector : filter.selectors()) {
            PoolEntry pool = selector.pool() == null ? null : hub.pools().byId(selector.pool());
            if (pool != null) {
                streams.add(pool.segment());
            } else if (selector.allocations()) {
                lanes.forEach(lane -> streams.add(lane.stream));
            }
        }
        return streams;
    }
}
