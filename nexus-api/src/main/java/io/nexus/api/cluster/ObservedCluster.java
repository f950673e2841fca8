package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.statemachine.model.ClusterPlan;
import java.util.List;

/** The cluster as this node sees it. */
record ObservedCluster(LocalState self, Layout layout, PeerWatch watch, Freshness freshness) implements ClusterView {
    @Override
    public String selfId() {
        return self.selfId();
    }

    @Override
    public ClusterPlan plan() {
        return layout.current();
    }

    @Override
    public Liveness liveness(String nodeId) {
        return nodeId.equals(selfId()) ? new Liveness(State.UP, 0) : watch.liveness(nodeId);
    }

    @Override
    public long stalenessMillis(int segment) {
        GroupState state = self.groups().group(segment);
        // Without other members there is nobody who could have decided anything else.
        boolean alone = state.leaderReady() && state.members().equals(List.of(selfId()));
        return alone ? 0 : freshness.stalenessMillis(segment);
    }
}
