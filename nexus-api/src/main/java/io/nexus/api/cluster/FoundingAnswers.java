package io.nexus.api.cluster;

import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.statemachine.model.ClusterPlan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node says to peers that found a cluster: who it is, and whether it accepts their plan. Any thread; acceptance
 * is decided on the founding thread.
 */
final class FoundingAnswers {
    private static final Logger log = LoggerFactory.getLogger(FoundingAnswers.class);
    private static final long COMPLAINT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int COMPLAINTS_MAX = 64;

    private final NodeIdentity identity;
    private final FoundingTerms terms;
    private final FoundingRules rules;
    private final EventThread thread;
    private final Map<String, Complaint> complaints = new ConcurrentHashMap<>();

    FoundingAnswers(NodeIdentity identity, FoundingTerms terms, FoundingRules rules, EventThread thread) {
        this.identity = identity;
        this.terms = terms;
        this.rules = rules;
        this.thread = thread;
    }

    HelloReply hello(HelloRequest request) {
        StoredIdentity me = identity.stored();
        if (!me.stage().inForce()) {
            noteList(request);
        }
        ClusterPlan plan = me.plan();
        return HelloReply.newBuilder()
                .setNode(PlanWire.toWire(terms.self().entry(me.nodeId())))
                .setClusterId(plan == null ? "" : plan.clusterId())
                .addAllPeers(terms.peers().all())
                .setBlank(me.stage() == Stage.BLANK)
                .setInForce(me.stage().inForce())
                .setSettings(terms.wire())
                .build();
    }

    /** Completes when the acceptance is on disk. */
    CompletableFuture<FoundReply> found(FoundRequest request) {
        CompletableFuture<FoundReply> reply = new CompletableFuture<>();
        boolean running = thread.run(() -> {
            try {
                reply.complete(accept(request));
            } catch (RuntimeException e) {
                reply.completeExceptionally(e);
            }
        });
        if (!running) {
            reply.complete(refused("this node is stopping"));
        }
        return reply;
    }

    private FoundReply accept(FoundRequest request) {
        ClusterPlan offered;
        try {
            offered = PlanWire.fromWire(request.getPlan());
        } catch (IllegalArgumentException e) {
            return refused("the plan is malformed: " + e.getMessage());
        }
        if (offered.nodes().isEmpty()) {
            return refused("the plan is empty");
        }
        String refusal = rules.refusal(identity.stored(), offered, request.getPeersList());
        if (refusal != null) {
            complain(
                    FoundingPlan.founder(offered).peerAddr(),
                    "refuses the plan of cluster " + offered.clusterId() + ": " + refusal);
            return refused(refusal);
        }
        if (identity.stage() == Stage.BLANK) {
            identity.accept(offered);
            log.atInfo().addKeyValue("cluster", offered.clusterId()).log("accepted the founder's plan");
        }
        return FoundReply.newBuilder().setAccepted(true).build();
    }

    private static FoundReply refused(String refusal) {
        return FoundReply.newBuilder().setRefusal(refusal).build();
    }

    /** A node with another list may not be on ours, so that only its Hello tells us of it. */
    private void noteList(HelloRequest request) {
        String address = request.getFrom().getPeerAddr();
        if (!terms.peers().all().equals(request.getPeersList())) {
            complain(
                    address,
                    "peer " + address + " was started with another peer list, "
                            + terms.peers().difference(request.getPeersList()) + ": give all nodes the same list");
        }
    }

    private void complain(String address, String text) {
        if (complaints.size() < COMPLAINTS_MAX) {
            complaints.put(address, new Complaint(text, System.nanoTime()));
        }
    }

    /** What was wrong with what peers asked lately. */
    List<String> complaints() {
        long now = System.nanoTime();
        return complaints.values().stream()
                .filter(complaint -> now - complaint.atNanos() < COMPLAINT_LIFE_NANOS)
                .map(Complaint::text)
                .sorted()
                .toList();
    }

    private record Complaint(String text, long atNanos) {}
}
