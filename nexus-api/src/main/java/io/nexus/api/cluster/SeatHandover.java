package io.nexus.api.cluster;

import io.nexus.api.cluster.ClusterView.State;
import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.consensus.Decided;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the seats of a node that lost its disk to the new node at its address. Any node of the cluster does so when
 * asked; the meta group decides.
 *
 * <p>The old node must be gone: it does not answer this node's heartbeats, and at its address answers the one that asks
 * (it is asked back). Asking again is harmless: the command has one id for each pair of nodes, and once the roster has
 * the new node its plan is the answer. That the old node's votes and log are lost is no danger to the groups: its seats
 * go to an empty member with another id by a change of membership, which needs a majority of the others.
 *
 * <p>Threads: any; never blocks.
 */
final class SeatHandover {
    private static final Logger log = LoggerFactory.getLogger(SeatHandover.class);
    private static final int META = 0;
    private static final long DECIDE_SECONDS = 5;

    private final LocalState self;
    private final Layout layout;
    private final PeerWatch watch;
    private final FoundingWire wire;
    private final CommandRouter router;

    SeatHandover(LocalState self, Layout layout, PeerWatch watch, FoundingWire wire, CommandRouter router) {
        this.self = self;
        this.layout = layout;
        this.watch = watch;
        this.wire = wire;
        this.router = router;
    }

    CompletableFuture<ReplaceReply> replace(ReplaceRequest request) {
        NodeEntry node = PlanWire.fromWire(request.getNode());
        ClusterPlan plan = layout.current();
        if (plan.nodes().stream().anyMatch(entry -> entry.nodeId().equals(node.nodeId()))) {
            return CompletableFuture.completedFuture(ReplaceReply.newBuilder()
                    .setAccepted(true)
                    .setClusterId(plan.clusterId())
                    .setPlan(PlanWire.toWire(plan))
                    .build());
        }
        Optional<NodeEntry> old = plan.nodes().stream()
                .filter(entry -> entry.peerAddr().equals(node.peerAddr()))
                .findFirst();
        if (old.isEmpty()) {
            return refused("cluster " + plan.clusterId() + " has no node at " + node.peerAddr()
                    + ", and nodes cannot join a running cluster yet");
        }
        String oldId = old.get().nodeId();
        if (oldId.equals(self.selfId()) || watch.liveness(oldId).state() == State.UP) {
            return refused("node " + oldId + " still answers at " + node.peerAddr());
        }
        HelloRequest hello = HelloRequest.newBuilder()
                .setClusterId(plan.clusterId())
                .addAllPeers(request.getPeersList())
                .build();
        return wire.hello(node.peerAddr(), hello)
                .thenCompose(reply -> isBlank(reply, node)
                        ? decide(oldId, node)
                        : refused("another node than the one that asks answers at " + node.peerAddr()))
                .exceptionally(failure -> refusal(WireFailure.text(failure)));
    }

    private static boolean isBlank(HelloReply reply, NodeEntry node) {
        return reply.getNode().getNodeId().equals(node.nodeId()) && reply.getBlank();
    }

    private CompletableFuture<ReplaceReply> decide(String oldId, NodeEntry node) {
        log.atInfo()
                .addKeyValue("lost", oldId)
                .addKeyValue("node", node.nodeId())
                .log("replacing a node");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DECIDE_SECONDS);
        return router.submit(
                        META,
                        Seats.commandId("replace " + oldId + " by " + node.nodeId()),
                        new Command.ReplaceNode(oldId, node),
                        deadline)
                .thenApply(SeatHandover::decided);
    }

    /** The plan comes with the meta group's stream; the node asks again until it is here. */
    private static ReplaceReply decided(Decided decided) {
        return decided.outcome() instanceof Outcome.Rejected rejected
                ? refusal(rejected.detail())
                : refusal("the seats are given to this node; their plan is on its way");
    }

    private static CompletableFuture<ReplaceReply> refused(String why) {
        return CompletableFuture.completedFuture(refusal(why));
    }

    private static ReplaceReply refusal(String why) {
        return ReplaceReply.newBuilder().setRefusal(why).build();
    }
}
