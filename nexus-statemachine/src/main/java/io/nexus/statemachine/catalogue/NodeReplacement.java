package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan in which one node takes another's place: its entry in the roster and every seat, in the same order. */
record NodeReplacement(ClusterPlan current, String oldNodeId, NodeEntry node) {

    /** True if the new node is there and the old one is not. */
    boolean isDone() {
        return isInRoster(node.nodeId()) && !isInRoster(oldNodeId);
    }

    /** Why it is not possible, if it is not done; null if it is. */
    @Nullable
    String problem() {
        if (!isInRoster(oldNodeId)) {
            return "node " + oldNodeId + " is not in the cluster";
        }
        return isInRoster(node.nodeId()) ? "node " + node.nodeId() + " is in the cluster already" : null;
    }

    ClusterPlan plan() {
        List<NodeEntry> nodes = new ArrayList<>(current.nodes());
        nodes.replaceAll(entry -> entry.nodeId().equals(oldNodeId) ? node : entry);
        List<List<String>> seats = new ArrayList<>();
        for (List<String> group : current.seats()) {
            List<String> members = new ArrayList<>(group);
            members.replaceAll(member -> member.equals(oldNodeId) ? node.nodeId() : member);
            seats.add(members);
        }
        return new ClusterPlan(
                current.version() + 1,
                current.clusterId(),
                nodes,
                current.segmentCount(),
                current.hashSeed(),
                current.formatVersion(),
                current.virtualNodes(),
                seats);
    }

    private boolean isInRoster(String nodeId) {
        return current.nodes().stream().anyMatch(entry -> entry.nodeId().equals(nodeId));
    }
}
