package io.nexus.api.service;

import io.nexus.api.cluster.ClusterView.State;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.service.ClusterService.NodeStatus;
import io.nexus.api.service.PoolDirectory.PoolUse;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.storage.NodeStore;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The gauges about pools, nodes and segments: computed when they are asked for. Those of the feed are its own. */
public final class ClusterGauges {
    private ClusterGauges() {}

    public static void register(Meters meters, ClusterService cluster, PoolDirectory pools, NodeStore store) {
        meters.family(MetricNames.POOL_UTILIZATION, samples -> {
            for (PoolEntry entry : pools.all()) {
                PoolUse use = pools.use(entry.instance());
                if (use != null && use.size() > 0) {
                    samples.add(
                            (double) use.allocated() / use.size(),
                            "pool",
                            entry.spec().id());
                }
            }
        });
        meters.gauge(MetricNames.CLUSTER_PEERS, () -> cluster.nodes().size());
        meters.family(
                MetricNames.CLUSTER_PEER_STATUS,
                samples -> cluster.nodes()
                        .forEach(node -> samples.add(
                                shown(node.liveness().state()),
                                "peer",
                                node.node().name())));
        meters.family(
                MetricNames.HASHRING_POOLS,
                samples -> poolsByOwner(cluster).forEach((owner, count) -> samples.add(count, "owner", owner)));
        meters.gauge(MetricNames.READY, () -> cluster.readiness().ready() ? 1 : 0);
        meters.family(
                MetricNames.BUILD_INFO,
                samples -> samples.add(1, "version", cluster.status().version()));
        meters.gauge(
                MetricNames.SEGMENTS_LED,
                () -> cluster.status().segments().stream()
                        .filter(segment -> segment.role().equals("owner"))
                        .count());
        meters.family(
                MetricNames.SEGMENT_SEQ,
                samples -> cluster.status()
                        .segments()
                        .forEach(segment ->
                                samples.add((double) segment.seq(), "segment", Integer.toString(segment.segment()))));
        meters.family(
                MetricNames.SEGMENT_STALENESS,
                samples -> cluster.status()
                        .segments()
                        .forEach(segment -> samples.add(
                                segment.stalenessMillis() < 0 ? Double.NaN : segment.stalenessMillis() / 1e3,
                                "segment",
                                Integer.toString(segment.segment()))));
        meters.gauge(MetricNames.STORE_SIZE, store::sizeBytes);
    }

    /** Every node is there, also with no pool. */
    private static Map<String, Integer> poolsByOwner(ClusterService cluster) {
        Map<String, String> names = cluster.nodes().stream()
                .map(NodeStatus::node)
                .collect(Collectors.toMap(NodeEntry::nodeId, NodeEntry::name, (a, b) -> a));
        Map<String, Integer> counts = new TreeMap<>();
        names.values().forEach(name -> counts.put(name, 0));
        cluster.hashring().segments().stream()
                .filter(segment -> Objects.nonNull(segment.owner()))
                .forEach(segment -> counts.merge(
                        names.getOrDefault(segment.owner(), segment.owner()),
                        segment.pools().size(),
                        Integer::sum));
        return counts;
    }

    private static double shown(State state) {
        return switch (state) {
            case UP -> 1;
            case SUSPECT -> 0.5;
            case DOWN -> 0;
        };
    }
}
