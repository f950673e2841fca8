package io.nexus.api.cluster;

import io.nexus.api.cluster.ClusterView.Liveness;
import io.nexus.api.cluster.ClusterView.State;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who answers heartbeats. Written on the cluster thread, read from any. */
final class PeerWatch implements PeerReports {
    private static final Logger log = LoggerFactory.getLogger(PeerWatch.class);

    private final HeartbeatSettings settings;
    private final LongSupplier nanos;
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    PeerWatch(HeartbeatSettings settings, LongSupplier nanos) {
        this.settings = settings;
        this.nanos = nanos;
    }

    /**
     * @param sinceNanos of the last answer, or of the first question if there was none
     * @param trouble why the last heartbeat was not answered; empty if it was
     * @param shown the state that was logged last
     */
    private record Watch(@Nullable PeerReport report, int missed, long sinceNanos, String trouble, State shown) {}

    /** Keeps these nodes and forgets all others. */
    void watch(Collection<String> nodeIds) {
        watches.keySet().retainAll(nodeIds);
        for (String nodeId : nodeIds) {
            watches.computeIfAbsent(nodeId, id -> new Watch(null, 0, nanos.getAsLong(), "", State.SUSPECT));
        }
    }

    void answered(PeerReport report) {
        watches.computeIfPresent(
                report.nodeId(),
                (nodeId, before) -> shown(nodeId, new Watch(report, 0, report.receivedNanos(), "", before.shown)));
    }

    void missed(String nodeId, String trouble) {
        watches.computeIfPresent(
                nodeId,
                (id, before) -> shown(
                        id, new Watch(before.report, before.missed + 1, before.sinceNanos, trouble, before.shown)));
    }

    Liveness liveness(String nodeId) {
        Watch watch = watches.get(nodeId);
        return watch == null ? new Liveness(State.DOWN, -1) : liveness(watch);
    }

    @Override
    public @Nullable PeerReport report(String nodeId) {
        Watch watch = watches.get(nodeId);
        return watch == null ? null : watch.report;
    }

    @Override
    public List<PeerReport> reports() {
        return watches.values().stream()
                .map(Watch::report)
                .filter(Objects::nonNull)
                .toList();
    }

    private Liveness liveness(Watch watch) {
        long age = nanos.getAsLong() - watch.sinceNanos;
        State state = age > settings.ttl().toNanos()
                ? State.DOWN
                : watch.report == null || watch.missed >= settings.suspectAfter() ? State.SUSPECT : State.UP;
        return new Liveness(state, watch.report == null ? -1 : TimeUnit.NANOSECONDS.toMillis(age));
    }

    private Watch shown(String nodeId, Watch watch) {
        State state = liveness(watch).state();
        if (state == watch.shown) {
            return watch;
        }
        log.atInfo()
                .addKeyValue("node", nodeId)
                .addKeyValue("state", state)
                .addKeyValue("because", watch.trouble)
                .log("a node's state changed");
        return new Watch(watch.report, watch.missed, watch.sinceNanos, watch.trouble, state);
    }
}
