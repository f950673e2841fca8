package io.nexus.api.client;

import io.nexus.api.client.call.CallCounters;
import io.nexus.api.client.node.NodeStats;
import java.util.List;

/**
 * What a client did since it was made.
 *
 * @param underWay calls that are not answered yet
 * @param ringAnswers times that the ring was told
 * @param nodes one row for each node that may be asked
 */
public record ClientStats(CallCounters.Totals calls, int underWay, long ringAnswers, List<NodeStats> nodes) {
    public ClientStats {
        nodes = List.copyOf(nodes);
    }
}
