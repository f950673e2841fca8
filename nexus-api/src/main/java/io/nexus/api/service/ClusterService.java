package io.nexus.api.service;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.ClusterView.Liveness;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.consensus.GroupView.Condition;
import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.feed.Copies;
import io.nexus.api.feed.FollowState;
import io.nexus.api.ring.SegmentArcs;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.storage.NodeStore;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What this node knows of the cluster, for people and dashboards. Thread-safe; reads memory only. */
public final class ClusterService {
    /** A copy older than this is shown as stale: many times what a healthy feed needs. */
    private static final long STALE_MILLIS = 10_000;

    private final Sources sources;
    private final String version;
    private final LongSupplier nanoClock;
    private final long startNanos;

    /** Where the answers come from. */
    public record Sources(
            ClusterView cluster,
            GroupView groups,
            NodeStore store,
            PoolDirectory pools,
            Readiness readiness,
            Copies copies) {}

    /**
     * @param version of the software
     * @param nanoClock {@link System#nanoTime}; uptime counts from now
     */
    public ClusterService(Sources sources, String version, LongSupplier nanoClock) {
        this.sources = sources;
        this.version = version;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    /**
     * Everything in one.
     *
     * @param segments the meta group first
     */
    public record Status(
            String nodeId,
            String clusterId,
            String version,
            boolean ready,
            List<String> notReadyBecause,
            List<NodeStatus> nodes,
            List<SegmentStatus> segments,
            long uptimeSeconds,
            List<String> warnings) {}

    public record NodeStatus(NodeEntry node, Liveness liveness, int segmentsLed, int segmentsHosted) {}

    /**
     * One group and this node's copy of its segment.
     *
     * @param owner node id, null while unknown
     * @param role owner, member or follower
     * @param stalenessMillis -1: unknown
     * @param condition live, stale, catching-up, installing, suspect or stopped
     * @param digest of the rows, hex
     * @param upstream node id that this node follows in the stream; null where its own log writes it
     * @param lag steps that another node said to have and this one has not
     */
    public record SegmentStatus(
            int segment,
            @Nullable String owner,
            List<String> members,
            String role,
            long term,
            int incarnation,
            long seq,
            long stalenessMillis,
            long allocations,
            int pools,
            String condition,
            String digest,
            @Nullable String upstream,
            long lag) {}

    public record Hashring(long version, int virtualNodes, int segmentCount, List<RingSegment> segments) {}

    /**
     * One arc of the ring.
     *
     * @param arcStart first position of the arc, unsigned
     * @param arcEnd first position after it; 0 where the circle closes
     * @param members node ids, preferred owner first
     */
    public record RingSegment(
            int segment,
            long arcStart,
            long arcEnd,
            List<String> members,
            @Nullable String owner,
            List<String> pools) {}

    public Readiness readiness() {
        return sources.readiness();
    }

    public Status status() {
        ClusterPlan plan = sources.cluster().plan();
        List<PoolEntry> pools = sources.pools().all();
        return new Status(
                sources.cluster().selfId(),
                plan.clusterId(),
                version,
                sources.readiness().ready(),
                sources.readiness().reasons(),
                plan.nodes().stream().map(node -> node(node, plan)).toList(),
                IntStream.rangeClosed(0, plan.segmentCount())
                        .mapToObj(segment -> segment(segment, pools))
                        .toList(),
                (nanoClock.getAsLong() - startNanos) / 1_000_000_000L,
                sources.readiness().warnings());
    }

    public List<NodeStatus> nodes() {
        ClusterPlan plan = sources.cluster().plan();
        return plan.nodes().stream().map(node -> node(node, plan)).toList();
    }

    public Hashring hashring() {
        ClusterPlan plan = sources.cluster().plan();
        List<PoolEntry> pools = sources.pools().all();
        SegmentArcs arcs = new SegmentArcs(plan.segmentCount());
        return new Hashring(
                plan.version(),
                plan.virtualNodes(),
                plan.segmentCount(),
                IntStream.rangeClosed(1, plan.segmentCount())
                        .mapToObj(segment -> new RingSegment(
                                segment,
                                arcs.start(segment),
                                arcs.end(segment),
                                plan.seats().get(segment),
                                sources.groups().owner(segment),
                                poolsOf(segment, pools)))
                        .toList());
    }

    private NodeStatus node(NodeEntry node, ClusterPlan plan) {
        int led = (int) IntStream.rangeClosed(0, plan.segmentCount())
                .filter(segment -> Objects.equals(sources.groups().owner(segment), node.nodeId()))
                .count();
        int hosted = (int) plan.seats().stream()
                .filter(seats -> seats.contains(node.nodeId()))
                .count();
        return new NodeStatus(node, sources.cluster().liveness(node.nodeId()), led, hosted);
    }

    private SegmentStatus segment(int segment, List<PoolEntry> pools) {
        GroupState group = sources.groups().group(segment);
        Position position = sources.store().segment(segment).position();
        long staleness = sources.cluster().stalenessMillis(segment);
        @Nullable FollowState following = sources.copies().state(segment);
        List<String> members =
                group.members().isEmpty() ? sources.cluster().plan().seats().get(segment) : group.members();
        return new SegmentStatus(
                segment,
                sources.groups().owner(segment),
                members,
                group.leaderReady() ? "owner" : group.hosted() ? "member" : "follower",
                group.term(),
                position == null ? 0 : position.incarnation(),
                position == null ? 0 : position.seq(),
                staleness,
                position == null ? 0 : position.live(),
                segment == 0 ? pools.size() : poolsOf(segment, pools).size(),
                condition(group.condition(), following, position != null, staleness),
                position == null ? "" : position.digest().hex(),
                following == null ? null : following.upstream(),
                sources.copies().lag(segment));
    }

    private static String condition(
            Condition group, @Nullable FollowState following, boolean hasRows, long stalenessMillis) {
        return switch (group) {
            case STARTING -> "catching-up";
            case INSTALLING -> "installing";
            case STOPPED -> "stopped";
            case LIVE, UNHOSTED -> {
                if (following != null && (following.suspect() || following.catchingUp())) {
                    yield following.condition();
                }
                if (!hasRows || stalenessMillis < 0) {
                    yield "catching-up";
                }
                if (stalenessMillis > STALE_MILLIS) {
                    yield "stale";
                }
                yield following == null ? "live" : following.condition();
            }
        };
    }

    private static List<String> poolsOf(int segment, List<PoolEntry> pools) {
        return pools.stream()
                .filter(entry -> entry.segment() == segment)
                .map(entry -> entry.spec().id())
                .toList();
    }
}
