package io.nexus.api.consensus;

import io.nexus.api.consensus.GroupLog.Standing;
import io.nexus.api.consensus.GroupView.Condition;
import io.nexus.api.consensus.GroupView.GroupState;
import java.util.List;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/** A group that runs on this node: Ratis' division and our state machine. Thread-safe, never blocks. */
final class HostedGroup {
    private final int segment;
    private final RaftServer.Division division;
    private final GroupMachines.Machine machine;
    private volatile @Nullable String stoppedBecause;

    HostedGroup(int segment, RaftServer.Division division, GroupMachines.Machine machine) {
        this.segment = segment;
        this.division = division;
        this.machine = machine;
    }

    int segment() {
        return segment;
    }

    RaftServer.Division division() {
        return division;
    }

    GroupMachines.Machine machine() {
        return machine;
    }

    /** The group does not serve any more until the node is started again. */
    void stop(String because) {
        stoppedBecause = because;
    }

    @Nullable
    String stoppedBecause() {
        return stoppedBecause;
    }

    boolean leads() {
        return division.getInfo().isLeader();
    }

    boolean ready() {
        return standing() == Standing.READY;
    }

    Standing standing() {
        DivisionInfo info = division.getInfo();
        if (stoppedBecause != null || !info.getLifeCycleState().isRunning()) {
            return Standing.CLOSED;
        }
        if (!info.isLeader()) {
            return Standing.NOT_LEADER;
        }
        return info.isLeaderReady() && !machine.installing() ? Standing.READY : Standing.NOT_READY;
    }

    @Nullable
    String leader() {
        RaftPeerId leader = division.getInfo().getLeaderId();
        return leader == null ? null : leader.toString();
    }

    long term() {
        return division.getInfo().getCurrentTerm();
    }

    List<RaftPeer> peers() {
        return List.copyOf(division.getRaftConf().getCurrentPeers());
    }

    long appliedIndex() {
        return division.getInfo().getLastAppliedIndex();
    }

    /** Index of the last entry that need not be replayed; -1 before the first snapshot. */
    long snapshotIndex() {
        SnapshotInfo latest = machine.ratis().getLatestSnapshot();
        return latest == null ? -1 : latest.getIndex();
    }

    LifeCycle.State lifeCycle() {
        return division.getInfo().getLifeCycleState();
    }

    GroupState state() {
        // Old and new while a change is under way: a proof of leadership needs them all.
        List<String> members = division.getRaftConf().getAllPeers().stream()
                .map(peer -> peer.getId().toString())
                .toList();
        return new GroupState(segment, true, ready(), term(), leader(), members, condition());
    }

    private Condition condition() {
        LifeCycle.State state = lifeCycle();
        if (stoppedBecause != null || state.isClosingOrClosed() || state == LifeCycle.State.EXCEPTION) {
            return Condition.STOPPED;
        }
        if (machine.installing() || state.isPausingOrPaused()) {
            return Condition.INSTALLING;
        }
        return state == LifeCycle.State.RUNNING ? Condition.LIVE : Condition.STARTING;
    }
}
