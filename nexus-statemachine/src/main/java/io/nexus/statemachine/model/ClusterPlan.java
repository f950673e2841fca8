package io.nexus.statemachine.model;

import java.util.List;

/**
 * The founding act and then the current layout of a cluster: roster, hard settings and who sits where.
 *
 * @param version raised by one with each change of roster or seats, from 1
 * @param seats one list for each group, index = segment, 0 is the meta group; node ids, preferred owner first
 */
public record ClusterPlan(
        long version,
        String clusterId,
        List<NodeEntry> nodes,
        int segmentCount,
        long hashSeed,
        int formatVersion,
        int virtualNodes,
        List<List<String>> seats) {
    public ClusterPlan {
        nodes = List.copyOf(nodes);
        seats = seats.stream().map(List::copyOf).toList();
        if (seats.size() != segmentCount + 1) {
            throw new IllegalArgumentException("seats for " + seats.size() + " groups, expected " + (segmentCount + 1));
        }
    }
}
