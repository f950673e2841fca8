package io.nexus.statemachine.ratis;

import io.nexus.crdt.Step;
import org.jspecify.annotations.Nullable;

/**
 * What a group's state machine tells the node. Called on Ratis' threads, some under the group's lock: must not block,
 * must not throw, must not call into Ratis (hand over to another thread).
 */
public interface GroupHooks extends StepListener {
    @Override
    void onStep(Step step);

    /**
     * The group has another leader.
     *
     * @param leaderId node id, null while unknown
     */
    void leaderChanged(int segment, @Nullable String leaderId);

    /** This node leads and has applied everything that earlier leaders committed. */
    void leaderReady(int segment, long term);

    void notLeader(int segment);

    /** The log or the storage failed: the node must stop serving and exit. */
    void fatal(int segment, Throwable cause);

    /**
     * This group is stopped on this node, the others go on: an invariant does not hold, or the node is not a member any
     * more.
     */
    void groupStopped(int segment, Throwable cause);
}
