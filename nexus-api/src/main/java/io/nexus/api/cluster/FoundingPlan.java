package io.nexus.api.cluster;

import io.nexus.api.ring.HashRing;
import io.nexus.api.ring.RingPlanner;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The first plan of a cluster. */
final class FoundingPlan {
    private FoundingPlan() {}

    /** @param nodes all that found the cluster, in any order */
    static ClusterPlan draw(FoundingTerms terms, Collection<NodeEntry> nodes, String clusterId) {
        HardSettings settings = terms.settings();
        List<NodeEntry> roster =
                nodes.stream().sorted(Comparator.comparing(NodeEntry::peerAddr)).toList();
        HashRing ring = HashRing.of(
                settings.hashSeed(),
                settings.virtualNodes(),
                roster.stream().map(NodeEntry::nodeId).toList());
        return new ClusterPlan(
                1,
                clusterId,
                roster,
                settings.segmentCount(),
                settings.hashSeed(),
                settings.formatVersion(),
                settings.virtualNodes(),
                RingPlanner.seats(ring, settings.segmentCount(), terms.members()));
    }

    /** The node that drew the plan, and alone offers it. */
    static NodeEntry founder(ClusterPlan plan) {
        return plan.nodes().stream()
                .min(Comparator.comparing(NodeEntry::peerAddr))
                .orElseThrow();
    }
}
