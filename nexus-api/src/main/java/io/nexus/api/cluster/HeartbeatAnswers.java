package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView.Condition;
import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.peer.v1.Head;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import io.nexus.api.peer.v1.LeadClaim;
import io.nexus.api.peer.v1.Progress;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.ClusterPlan;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What this node answers to a heartbeat: from memory, on the caller's thread. */
final class HeartbeatAnswers {
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final LocalState self;
    private final Layout layout;
    private final MajorityProof proofs;
    private final OwnerNews owners;
    private final ClockGuard clock;

    HeartbeatAnswers(LocalState self, Layout layout, MajorityProof proofs, OwnerNews owners, ClockGuard clock) {
        this.self = self;
        this.layout = layout;
        this.proofs = proofs;
        this.owners = owners;
        this.clock = clock;
    }

    /** Why the sender gets no answer; null if it does. */
    @Nullable
    String refusal(HeartbeatRequest request) {
        ClusterPlan plan = layout.current();
        if (!request.getClusterId().equals(plan.clusterId())) {
            return "this node belongs to cluster " + plan.clusterId() + ", not to " + request.getClusterId();
        }
        boolean known = plan.nodes().stream().anyMatch(entry -> entry.nodeId().equals(request.getFrom()));
        return known
                ? null
                : "node " + request.getFrom() + " is not in the roster of plan version " + plan.version()
                        + ": was it replaced?";
    }

    HeartbeatReply answer(HeartbeatRequest request) {
        HeartbeatReply.Builder reply = HeartbeatReply.newBuilder()
                .setNodeId(self.selfId())
                .setClusterId(layout.current().clusterId());
        for (LeadClaim claim : request.getClaimsList()) {
            owners.owner(claim.getSegment(), claim.getTerm(), request.getFrom());
            if (agrees(claim)) {
                reply.addConfirmed(claim.getSegment());
            }
        }
        if (!request.getProofOnly()) {
            reply.setWallMs(clock.wallMillis());
            IntStream.rangeClosed(0, layout.current().segmentCount())
                    .forEach(segment -> report(segment, request.getFrom(), reply));
        }
        return reply.build();
    }

    private boolean agrees(LeadClaim claim) {
        GroupState state = self.groups().group(claim.getSegment());
        return state.hosted() && state.condition() != Condition.STOPPED && state.term() == claim.getTerm();
    }

    private void report(int segment, String asker, HeartbeatReply.Builder reply) {
        GroupState state = self.groups().group(segment);
        // The proof before the position: what was acknowledged before the proof's moment is in the position then.
        MajorityProof.Proof proof = proofs.proof(segment);
        Position position = self.position(segment);
        if (state.hosted()) {
            reply.addHosted(segment);
        }
        if (position != null || state.leaderId() != null) {
            reply.addProgress(progress(state, position));
        }
        if (position != null && state.leaderReady() && proof != null && proof.term() == state.term()) {
            long ageNanos = Math.max(0, self.nanos().getAsLong() - proof.asOfNanos());
            reply.addHeads(Head.newBuilder()
                    .setSegment(segment)
                    .setTerm(proof.term())
                    .setIncarnation(position.incarnation())
                    .setSeq(position.seq())
                    .setProofAgeMs((ageNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI)
                    .setSeated(state.members().contains(asker)));
        }
    }

    private Progress progress(GroupState state, @Nullable Position position) {
        String leader = state.leaderId();
        Digest digest = position == null ? Digest.ZERO : position.digest();
        return Progress.newBuilder()
                .setSegment(state.segment())
                .setIncarnation(position == null ? 0 : position.incarnation())
                .setSeq(position == null ? 0 : position.seq())
                .setLive(position != null && state.condition() != Condition.INSTALLING && intact(state.segment()))
                .setLeader(leader == null ? "" : leader)
                .setTerm(state.term())
                .setDigestHi(digest.hi())
                .setDigestLo(digest.lo())
                .build();
    }

    private boolean intact(int segment) {
        return self.intact().test(segment);
    }
}
