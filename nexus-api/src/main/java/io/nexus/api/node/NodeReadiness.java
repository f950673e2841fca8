package io.nexus.api.node;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.service.Readiness;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Ready means: in a cluster, no group of this node stopped, not stopping, and every stream was level with its owner
 * once since the start. That once is remembered: a node that is cut off later stays ready to answer lookups.
 */
final class NodeReadiness implements Readiness {
    private final LatePorts ports;
    private final ClusterView cluster;
    private final GroupView groups;
    private final Supplier<List<String>> entrance;
    private final Supplier<List<String>> membership;
    private final Supplier<List<String>> warnings;
    private final BitSet levelOnce = new BitSet();
    private volatile boolean stopping;

    NodeReadiness(
            LatePorts ports,
            Supplier<List<String>> entrance,
            Supplier<List<String>> membership,
            Supplier<List<String>> warnings) {
        this.ports = ports;
        this.cluster = ports.cluster();
        this.groups = ports.groups();
        this.entrance = entrance;
        this.membership = membership;
        this.warnings = warnings;
    }

    void stopping() {
        stopping = true;
    }

    @Override
    public boolean serves() {
        return ports.isOpen();
    }

    @Override
    public boolean ready() {
        return reasons().isEmpty();
    }

    @Override
    public List<String> warnings() {
        return warnings.get();
    }

    @Override
    public List<String> reasons() {
        if (stopping) {
            return List.of("this node is stopping");
        }
        if (!ports.isOpen()) {
            List<String> waiting = entrance.get();
            return waiting.isEmpty() ? List.of("this node is starting its groups") : waiting;
        }
        List<String> reasons = new ArrayList<>(membership.get());
        List<Integer> missing = notLevelYet();
        if (!missing.isEmpty()) {
            reasons.add("segments " + missing + " were not level with their owner yet (0 is the meta group)");
        }
        for (int segment = 0; segment <= cluster.plan().segmentCount(); segment++) {
            if (groups.group(segment).condition() == GroupView.Condition.STOPPED) {
                reasons.add("segment " + segment + " stopped on this node; its log says why");
            }
        }
        return reasons;
    }

    private synchronized List<Integer> notLevelYet() {
        int segments = cluster.plan().segmentCount();
        for (int segment = levelOnce.nextClearBit(0);
                segment <= segments;
                segment = levelOnce.nextClearBit(segment + 1)) {
            if (cluster.stalenessMillis(segment) >= 0) {
                levelOnce.set(segment);
            }
        }
        return IntStream.rangeClosed(0, segments)
                .filter(segment -> !levelOnce.get(segment))
                .boxed()
                .toList();
    }
}
