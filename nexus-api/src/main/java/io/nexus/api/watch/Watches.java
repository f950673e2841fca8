package io.nexus.api.watch;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.keyspace.ChangeSource;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.metrics.Meters;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes watchers in, on any node: what they are told is what this node's store has. Thread-safe; start, drain and close
 * are called by one thread each, and close waits some seconds.
 */
public final class Watches implements AutoCloseable {
    private static final List<String> TRANSPORTS = List.of("grpc", "http");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Sources sources;
    private final int watchersMax;
    private final WatchMetrics metrics;
    private final WatchLoop loop;
    private final Map<String, AtomicInteger> watchers = new ConcurrentHashMap<>();
    private final AtomicInteger total = new AtomicInteger();
    private volatile @Nullable IntPredicate intact;
    private volatile boolean stopping;

    /**
     * Where watchers are told of.
     *
     * @param plugged subtrees besides pools and allocations; those that cannot be followed are left out
     */
    public record Sources(WatchHub hub, ClusterView cluster, List<Subtree> plugged) {}

    /**
     * What a caller wants; see {@code nexus.v1.WatchRequest}.
     *
     * @param resumeToken "": none
     */
    public record Request(
            List<String> pools,
            List<String> subscribers,
            List<String> prefixes,
            String resumeToken,
            boolean snapshot) {}

    /** A watcher that was taken in. The transport calls these; any thread. */
    public interface Watch {
        /** The sink may be ready again. */
        void ready();

        /** The other end has gone: the sink is not called any more. */
        void cancel();
    }

    /** @param watchersMax at one time, all transports together */
    public Watches(Sources sources, int watchersMax, Meters meters) {
        this.sources = sources;
        this.watchersMax = watchersMax;
        this.metrics = new WatchMetrics(meters);
        this.loop = new WatchLoop(sources.hub, sources.cluster, metrics, this::left);
        for (String transport : TRANSPORTS) {
            AtomicInteger number = new AtomicInteger();
            watchers.put(transport, number);
            metrics.watchers(transport, number::get);
        }
        metrics.lag(loop::lag);
    }

    /** The node is in a cluster: from now on watchers are taken in. */
    public void start(IntPredicate copiesIntact) {
        loop.start();
        followed(sources.plugged).forEach((subtree, source) -> source.addWake(loop::sourcesWoken));
        intact = copiesIntact;
    }

    /**
     * Takes a watcher in. What it is told comes on the serving thread, perhaps before this returns.
     *
     * @param transport grpc or http
     * @throws ProblemException naming the field that is wrong, or because this node cannot take it in now
     */
    public Watch open(Request request, WatchSink sink, String transport) {
        Map<Subtree, ChangeSource> followed = followed(sources.plugged);
        WatchFilter filter = WatchFilter.of(
                request, followed.keySet().stream().map(Subtree::name).collect(java.util.stream.Collectors.toSet()));
        WatchToken token = request.resumeToken.isEmpty()
                ? null
                : WatchToken.decode(request.resumeToken)
                        .orElseThrow(() -> Problem.field("resume_token", "is not a token of a watch")
                                .exception());
        requireServing();
        if (total.getAndUpdate(n -> Math.min(n + 1, watchersMax)) >= watchersMax) {
            metrics.refused();
            throw Problem.retry(
                            Reason.OVERLOADED,
                            RETRY_AFTER,
                            "this node has %d watchers, as many as it takes: ask another node",
                            watchersMax)
                    .exception();
        }
        numberOf(transport).incrementAndGet();
        WatchSession.Setup setup = new WatchSession.Setup(
                filter,
                request.snapshot,
                transport,
                sources.cluster.plan().clusterId().hashCode());
        return loop.open(setup, token, sink, followed);
    }

    private void requireServing() {
        IntPredicate copies = intact;
        if (stopping) {
            throw stopped().exception();
        }
        if (copies == null) {
            throw Problem.retry(Reason.NODE_STARTING, RETRY_AFTER, "this node is not in a cluster yet")
                    .exception();
        }
        for (int stream = 0; stream < sources.hub.streams(); stream++) {
            if (!copies.test(stream) || sources.hub.store(stream).position() == null) {
                throw Problem.retry(
                                Reason.STALE_READ,
                                RETRY_AFTER,
                                "this node's copy of segment %d is not complete: ask another node",
                                stream)
                        .exception();
            }
        }
    }

    private void left(String transport) {
        total.decrementAndGet();
        numberOf(transport).decrementAndGet();
    }

    private AtomicInteger numberOf(String transport) {
        return watchers.computeIfAbsent(transport, name -> new AtomicInteger());
    }

    private static Map<Subtree, ChangeSource> followed(List<Subtree> plugged) {
        Map<Subtree, ChangeSource> followed = new TreeMap<>(java.util.Comparator.comparing(Subtree::name));
        for (Subtree subtree : plugged) {
            ChangeSource source = subtree.changes();
            if (source != null) {
                followed.put(subtree, source);
            }
        }
        return followed;
    }

    private static Problem stopped() {
        return Problem.retry(
                Reason.NODE_STOPPING, RETRY_AFTER, "this node is stopping: go on at another one with the last token");
    }

    /** Sends the watchers away, so that they go on elsewhere with their token; takes in no more. */
    public void drain() {
        stopping = true;
        loop.endAll(stopped());
    }

    @Override
    public void close() {
        drain();
        loop.close();
    }
}
