package io.nexus.api.cluster;

import io.nexus.api.peer.v1.Head;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import io.nexus.api.peer.v1.Progress;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Asks every other node of the roster, all the time: are you there, do you agree that I lead these groups, how far are
 * you? Each round is a proof of leadership too. Confined to the cluster thread.
 */
final class Heartbeats {
    private final LocalState self;
    private final Layout layout;
    private final HeartbeatWire wire;
    private final HeartbeatSettings settings;
    private final EventThread thread;
    private final Sinks sinks;

    /** Where the answers go. */
    record Sinks(MajorityProof proofs, PeerWatch watch, Freshness freshness, OwnerNews owners, ClockGuard clock) {}

    Heartbeats(
            LocalState self,
            Layout layout,
            HeartbeatWire wire,
            HeartbeatSettings settings,
            EventThread thread,
            Sinks sinks) {
        this.self = self;
        this.layout = layout;
        this.wire = wire;
        this.settings = settings;
        this.thread = thread;
        this.sinks = sinks;
    }

    void start() {
        thread.every(settings.interval().toMillis(), this::beat);
    }

    private void beat() {
        ClusterPlan plan = layout.current();
        List<String> others = plan.nodes().stream()
                .map(NodeEntry::nodeId)
                .filter(nodeId -> !nodeId.equals(self.selfId()))
                .toList();
        sinks.watch.watch(others);
        sinks.clock.watch(others);
        ProofRound round = sinks.proofs.begin(segments(plan));
        HeartbeatRequest request = HeartbeatRequest.newBuilder()
                .addAllClaims(round.wire())
                .addAllHosted(segments(plan).stream()
                        .filter(segment -> self.groups().group(segment).hosted())
                        .toList())
                .build();
        for (String node : others) {
            thread.when(wire.send(node, request), (reply, failure) -> answered(round, node, reply, failure));
        }
    }

    private static List<Integer> segments(ClusterPlan plan) {
        return IntStream.rangeClosed(0, plan.segmentCount()).boxed().toList();
    }

    private void answered(ProofRound round, String node, @Nullable HeartbeatReply reply, @Nullable Throwable failure) {
        if (reply == null) {
            sinks.watch.missed(node, failure == null ? "no answer" : WireFailure.text(failure));
            return;
        }
        if (!reply.getNodeId().equals(node)) {
            sinks.watch.missed(node, "node " + reply.getNodeId() + " answers at its address");
            return;
        }
        long now = self.nanos().getAsLong();
        sinks.watch.answered(PeerReport.of(reply, now));
        sinks.clock.heard(node, reply.getWallMs(), round.sentNanos(), now);
        sinks.proofs.agreed(round, node, reply.getConfirmedList());
        for (Head head : reply.getHeadsList()) {
            // The answer was made after the question: the clocks of the two nodes need not agree.
            sinks.freshness.observe(
                    head.getSegment(),
                    head.getIncarnation(),
                    head.getSeq(),
                    round.sentNanos() - TimeUnit.MILLISECONDS.toNanos(head.getProofAgeMs()));
            sinks.owners.owner(head.getSegment(), head.getTerm(), node);
        }
        for (Progress progress : reply.getProgressList()) {
            if (!progress.getLeader().isEmpty()) {
                sinks.owners.owner(progress.getSegment(), progress.getTerm(), progress.getLeader());
            }
        }
    }
}
