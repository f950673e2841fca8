package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.consensus.Decided;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SeatHandoverTest {
    private static final String SELF = "00000000-0000-0000-0000-000000000001";

    private final FakeStore store = new FakeStore();
    private final NodeIdentity identity = new NodeIdentity(StoredIdentity.blank(SELF), saved -> {}, () -> {});
    private final PeerWatch watch = new PeerWatch(HeartbeatSettings.DEFAULT, () -> 1);
    private final ClusterPlan plan = TestPlans.plan(SELF, "n0:9002", 3);
    private final NodeEntry lost = plan.nodes().get(1);
    private final NodeEntry fresh = TestPlans.entry(lost.peerAddr());
    private final List<Long> ids = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();
    private CompletableFuture<Decided> decision =
            CompletableFuture.completedFuture(new Decided(Outcome.Accepted.CHANGED, new Token(0, 1, 1)));
    private CompletableFuture<HelloReply> hello = CompletableFuture.completedFuture(HelloReply.newBuilder()
            .setNode(PlanWire.toWire(fresh))
            .setBlank(true)
            .build());
    private Layout layout;
    private SeatHandover handover;

    @BeforeEach
    void assemble() {
        identity.replace(plan);
        layout = new Layout(identity, store.segment(0), Runnable::run);
        watch.watch(plan.nodes().stream()
                .map(NodeEntry::nodeId)
                .filter(id -> !id.equals(SELF))
                .toList());
        handover = new SeatHandover(
                new LocalState(SELF, new FakeGroups(), store, segment -> true, () -> 1),
                layout,
                watch,
                new Wire(),
                (segment, id, command, deadline) -> {
                    ids.add(id);
                    commands.add(command);
                    return decision;
                });
    }

    @Test
    void replace_lostNode_isDecidedOnceAndAnsweredWithThePlan() {
        assertThat(replace(fresh).getRefusal()).contains("on its way");
        assertThat(replace(fresh).getRefusal()).contains("on its way");
        assertThat(commands).containsOnly(new Command.ReplaceNode(lost.nodeId(), fresh));
        assertThat(ids).hasSize(2);
        assertThat(Set.copyOf(ids))
                .as("one command, however often it is asked for")
                .hasSize(1);
        ClusterPlan next = TestPlans.replaced(plan, lost.nodeId(), fresh);
        store.planRow(next, 2);
        layout.refresh();
        ReplaceReply reply = replace(fresh);
        assertThat(reply.getAccepted()).isTrue();
        assertThat(PlanWire.fromWire(reply.getPlan())).isEqualTo(next);
        assertThat(ids).hasSize(2);
    }

    @Test
    void replace_oldNodeStillAnswers_isRefused() {
        watch.answered(new PeerReport(lost.nodeId(), 1, Set.of(), Map.of(), Map.of()));
        assertRefused(fresh, "still answers");
    }

    @Test
    void replace_thisNodesOwnAddress_isRefused() {
        assertRefused(TestPlans.entry("n0:9002"), "still answers");
    }

    @Test
    void replace_unknownAddress_isRefused() {
        assertRefused(TestPlans.entry("n9:9002"), "has no node at n9:9002");
    }

    @Test
    void replace_anotherNodeAtTheAddress_isRefused() {
        hello = CompletableFuture.completedFuture(
                HelloReply.newBuilder().setNode(PlanWire.toWire(lost)).build());
        assertRefused(fresh, "another node than the one that asks");
        hello = CompletableFuture.failedFuture(new TimeoutException());
        assertRefused(fresh, "timeout");
    }

    @Test
    void replace_metaGroupCannotDecide_saysWhy() {
        decision = CompletableFuture.failedFuture(new ProblemException(Problem.of(Reason.NO_LEADER, "no leader now")));
        assertThat(replace(fresh).getRefusal()).contains("no leader now");
        decision = CompletableFuture.completedFuture(
                new Decided(Outcome.Rejected.because(Reason.INVALID_FIELD, "not in the cluster"), new Token(0, 1, 1)));
        assertThat(replace(fresh).getRefusal()).contains("not in the cluster");
    }

    private void assertRefused(NodeEntry node, String why) {
        ReplaceReply reply = replace(node);
        assertThat(reply.getAccepted()).isFalse();
        assertThat(reply.getRefusal()).contains(why);
        assertThat(commands).isEmpty();
    }

    private ReplaceReply replace(NodeEntry node) {
        return handover.replace(ReplaceRequest.newBuilder()
                        .setNode(PlanWire.toWire(node))
                        .build())
                .join();
    }

    private final class Wire implements FoundingWire {
        @Override
        public CompletableFuture<HelloReply> hello(String address, HelloRequest request) {
            return hello;
        }

        @Override
        public CompletableFuture<FoundReply> found(String address, FoundRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<ReplaceReply> replace(String address, ReplaceRequest request) {
            throw new UnsupportedOperationException();
        }
    }
}
