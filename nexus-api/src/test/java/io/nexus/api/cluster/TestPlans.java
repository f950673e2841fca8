package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Plans as the founder and the meta group would make them. */
final class TestPlans {
    private TestPlans() {}

    /** A cluster of so many nodes, the first one given. */
    static ClusterPlan plan(String nodeId, String address, int nodes) {
        List<NodeEntry> entries =
                new ArrayList<>(List.of(TestTerms.addresses(address).entry(nodeId)));
        for (int i = 1; i < nodes; i++) {
            entries.add(entry("m" + i + ":9002"));
        }
        PeerAddresses peers =
                PeerAddresses.of(entries.stream().map(NodeEntry::peerAddr).toList(), address);
        return FoundingPlan.draw(
                TestTerms.of(peers),
                entries,
                UUID.nameUUIDFromBytes(new byte[] {1}).toString());
    }

    static NodeEntry entry(String address) {
        return TestTerms.addresses(address).entry(UUID.randomUUID().toString());
    }

    static ClusterPlan next(ClusterPlan plan, List<NodeEntry> nodes, List<List<String>> seats) {
        return new ClusterPlan(
                plan.version() + 1,
                plan.clusterId(),
                nodes,
                plan.segmentCount(),
                plan.hashSeed(),
                plan.formatVersion(),
                plan.virtualNodes(),
                seats);
    }

    /** As ReplaceNode does it. */
    static ClusterPlan replaced(ClusterPlan plan, String oldId, NodeEntry node) {
        List<NodeEntry> nodes = plan.nodes().stream()
                .map(entry -> entry.nodeId().equals(oldId) ? node : entry)
                .toList();
        List<List<String>> seats = plan.seats().stream()
                .map(members -> members.stream()
                        .map(member -> member.equals(oldId) ? node.nodeId() : member)
                        .toList())
                .toList();
        return next(plan, nodes, seats);
    }
}
