package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;

/** What this node knows of the cluster now. Thread-safe, never blocks; answers are immutable snapshots. */
public interface ClusterView {
    String selfId();

    /** The current layout: from stream 0 once it is there, from the founding act before. */
    ClusterPlan plan();

    Liveness liveness(String nodeId);

    /**
     * How old the store's copy of a segment is at most, in milliseconds: 0 where this node leads and has just proven
     * it; -1 while no owner was heard of since this node started. Holds without synchronised clocks.
     */
    long stalenessMillis(int segment);

    /**
     * How a node answers.
     *
     * @param lastSeenMillis since the last answered heartbeat; -1: never; 0 for this node itself
     */
    record Liveness(State state, long lastSeenMillis) {}

    /** An observation of this node; it never moves ownership by itself. */
    enum State {
        UP,
        SUSPECT,
        DOWN
    }
}
