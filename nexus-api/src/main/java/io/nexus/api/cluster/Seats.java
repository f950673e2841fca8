package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A plan read for one node. */
record Seats(ClusterPlan plan, String selfId) {
    /** Segments in which the plan seats this node, ascending. */
    Set<Integer> mine() {
        Set<Integer> mine = new TreeSet<>();
        for (int segment = 0; segment <= plan.segmentCount(); segment++) {
            if (plan.seats().get(segment).contains(selfId)) {
                mine.add(segment);
            }
        }
        return Collections.unmodifiableSet(mine);
    }

    /** Preferred owner first. */
    List<NodeEntry> members(int segment) {
        return plan.seats().get(segment).stream().map(this::require).toList();
    }

    @Nullable
    NodeEntry entry(String nodeId) {
        return plan.nodes().stream()
                .filter(entry -> entry.nodeId().equals(nodeId))
                .findFirst()
                .orElse(null);
    }

    private NodeEntry require(String nodeId) {
        NodeEntry entry = entry(nodeId);
        if (entry == null) {
            throw new IllegalArgumentException("the plan seats " + nodeId + ", which is not in its roster");
        }
        return entry;
    }

    /** The same number for the same intent, on whatever node and however often it is proposed. */
    static long commandId(String intent) {
        return UUID.nameUUIDFromBytes(intent.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
    }
}
