package io.nexus.api.cluster;

import io.nexus.api.peer.v1.HelloReply;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a node without a cluster does next, given what its peers answered. Pure; the safety argument is in
 * {@link Founding}.
 */
final class FoundingRules {
    private static final String START_AGAIN =
            " The cluster has served nothing yet: stop all nodes, empty their data directories and start them again.";

    private final FoundingTerms terms;

    FoundingRules(FoundingTerms terms) {
        this.terms = terms;
    }

    /** Whom to ask: the peer list while blank, afterwards the plan's nodes. */
    List<String> targets(StoredIdentity me) {
        ClusterPlan plan = me.plan();
        return plan == null
                ? terms.peers().others()
                : plan.nodes().stream()
                        .filter(entry -> !entry.nodeId().equals(me.nodeId()))
                        .map(NodeEntry::peerAddr)
                        .sorted()
                        .toList();
    }

    /**
     * Decides on one round of answers.
     *
     * @param answers by address, one for each target
     */
    Verdict judge(StoredIdentity me, Map<String, Answer<HelloReply>> answers) {
        Map<String, Answer<HelloReply>> sorted = new TreeMap<>(answers);
        ClusterPlan plan = me.plan();
        return plan == null ? judgeBlank(me, sorted) : judgeAccepted(me, plan, sorted);
    }

    /* --------------- blank --------------- */

    private Verdict judgeBlank(StoredIdentity me, Map<String, Answer<HelloReply>> answers) {
        List<String> inForce = largestCluster(answers);
        if (inForce.size() * 2 > answers.size()) {
            return new Verdict(Action.REPLACE, List.of(), inForce);
        }
        List<String> reasons = new ArrayList<>();
        Set<String> ids = new HashSet<>(Set.of(me.nodeId()));
        Map<String, String> named =
                new HashMap<>(Map.of(terms.self().name(), terms.peers().self()));
        answers.forEach((address, answer) -> {
            HelloReply reply = answer.reply();
            if (reply == null) {
                reasons.add("no answer from peer " + address + ": " + answer.failure());
            } else {
                reasons.addAll(misfits(address, reply, ids));
                if (ids.add(reply.getNode().getNodeId())) {
                    reasons.addAll(namesake(address, reply.getNode().getName(), named));
                }
            }
        });
        if (!reasons.isEmpty()) {
            return new Verdict(Action.WAIT, reasons, List.of());
        }
        String founder = terms.peers().founder();
        return founder.equals(terms.peers().self())
                ? new Verdict(Action.DRAW, List.of(), List.of())
                : new Verdict(Action.WAIT, List.of("waits for " + founder + " to found the cluster"), List.of());
    }

    private static List<String> largestCluster(Map<String, Answer<HelloReply>> answers) {
        Map<String, List<String>> clusters = new HashMap<>();
        answers.forEach((address, answer) -> {
            HelloReply reply = answer.reply();
            if (reply != null && reply.getInForce()) {
                clusters.computeIfAbsent(reply.getClusterId(), id -> new ArrayList<>())
                        .add(address);
            }
        });
        return clusters.values().stream()
                .reduce((a, b) -> a.size() >= b.size() ? a : b)
                .orElse(List.of());
    }

    /** Why this peer's answer keeps a cluster from being founded; empty if it is as it should be. */
    private List<String> misfits(String address, HelloReply reply, Set<String> ids) {
        String there = reply.getNode().getPeerAddr();
        if (reply.getNode().getNodeId().isEmpty() || !there.equals(address)) {
            return List.of("the node at " + address + " says that its address is " + there
                    + ": list it by the address that it advertises");
        }
        if (ids.contains(reply.getNode().getNodeId())) {
            return List.of("peer " + address + " has the node id of another node: two addresses lead to one node, or a"
                    + " data directory was copied");
        }
        if (!reply.getBlank()) {
            return List.of(belongs(address, reply));
        }
        List<String> reasons = new ArrayList<>();
        if (!terms.peers().all().equals(reply.getPeersList())) {
            reasons.add("peer " + address + " was started with another peer list, "
                    + terms.peers().difference(reply.getPeersList()) + ": give all nodes the same list");
        }
        for (String difference : terms.differences(reply.getSettings())) {
            reasons.add("peer " + address + " is configured differently: " + difference);
        }
        return reasons;
    }

    /** Status and metrics know nodes by their names. */
    private static List<String> namesake(String address, String name, Map<String, String> named) {
        String other = named.putIfAbsent(name, address);
        return other == null
                ? List.of()
                : List.of("the nodes at " + other + " and " + address + " are both called " + name
                        + ": give each a cluster.peer_id of its own");
    }

    private String belongs(String address, HelloReply reply) {
        String cluster = "peer " + address + " belongs to cluster " + reply.getClusterId();
        if (reply.getInForce()) {
            return cluster + " already, but no majority of the peers does: start the others; or, if this node is not to"
                    + " join that cluster, give it another peer list";
        }
        return terms.peers().founder().equals(terms.peers().self())
                ? cluster + ", which this node was founding when it lost its disk." + START_AGAIN
                : cluster + ", which is being founded; waits for the offer of "
                        + terms.peers().founder();
    }

    /* --------------- accepted --------------- */

    private Verdict judgeAccepted(StoredIdentity me, ClusterPlan plan, Map<String, Answer<HelloReply>> answers) {
        List<String> reasons = new ArrayList<>();
        List<String> blank = new ArrayList<>();
        Map<String, NodeEntry> entries =
                plan.nodes().stream().collect(Collectors.toMap(NodeEntry::peerAddr, entry -> entry));
        for (Map.Entry<String, Answer<HelloReply>> answer : answers.entrySet()) {
            String address = answer.getKey();
            HelloReply reply = answer.getValue().reply();
            if (reply == null) {
                reasons.add("no answer from peer " + address + ": "
                        + answer.getValue().failure());
                continue;
            }
            boolean same = reply.getClusterId().equals(plan.clusterId());
            if (same && reply.getInForce()) {
                return new Verdict(Action.START, List.of(), List.of());
            }
            NodeEntry entry = entries.get(address);
            if (entry == null || !entry.nodeId().equals(reply.getNode().getNodeId())) {
                reasons.add("the node at " + address + " is not the one that cluster " + plan.clusterId()
                        + " is being founded with: it lost its disk." + START_AGAIN);
            } else if (reply.getBlank()) {
                blank.add(address);
            } else if (!same) {
                reasons.add(
                        "peer " + address + " belongs to another cluster, " + reply.getClusterId() + "." + START_AGAIN);
            }
        }
        if (reasons.isEmpty() && blank.isEmpty()) {
            return new Verdict(Action.START, List.of(), List.of());
        }
        if (!blank.isEmpty()) {
            reasons.add("waits until the plan of cluster " + plan.clusterId() + " is accepted by "
                    + String.join(", ", blank));
        }
        boolean founder = FoundingPlan.founder(plan).nodeId().equals(me.nodeId());
        return new Verdict(founder && !blank.isEmpty() ? Action.OFFER : Action.WAIT, reasons, blank);
    }

    /* --------------- an offer --------------- */

    /** Why a plan that is offered to this node is refused; null if it is accepted. */
    @Nullable
    String refusal(StoredIdentity me, ClusterPlan offered, List<String> offererPeers) {
        ClusterPlan known = me.plan();
        if (known != null) {
            return known.clusterId().equals(offered.clusterId())
                    ? null
                    : "it has accepted the plan of cluster " + known.clusterId() + " before";
        }
        if (!terms.peers().all().equals(offererPeers)) {
            return "the founder was started with another peer list than this node, "
                    + terms.peers().difference(offererPeers);
        }
        List<String> addresses =
                offered.nodes().stream().map(NodeEntry::peerAddr).sorted().toList();
        if (!addresses.equals(terms.peers().all())) {
            return "the plan is for other nodes than the peer list";
        }
        Set<String> ids = offered.nodes().stream().map(NodeEntry::nodeId).collect(Collectors.toSet());
        if (ids.size() != addresses.size() || !offered.seats().stream().allMatch(ids::containsAll)) {
            return "the plan contradicts itself";
        }
        if (!offered.nodes().contains(terms.self().entry(me.nodeId()))) {
            return "the plan names another node at its address: it lost its disk, or its addresses changed."
                    + START_AGAIN;
        }
        List<String> differences = terms.differences(HardSettings.of(offered));
        return differences.isEmpty() ? null : String.join("; ", differences);
    }

    /**
     * What came back from a peer.
     *
     * @param failure why there is no reply; empty if there is one
     */
    record Answer<T>(@Nullable T reply, String failure) {}

    /**
     * What to do now.
     *
     * @param reasons why this node is in no cluster yet
     * @param addresses whom the action is about
     */
    record Verdict(Action action, List<String> reasons, List<String> addresses) {}

    enum Action {
        /** Ask again later. */
        WAIT,
        /** Draw the plan and accept it oneself. */
        DRAW,
        /** Offer the plan to the nodes named. */
        OFFER,
        /** The plan is in force. */
        START,
        /** A cluster exists: ask one of the nodes named for the seats that this node's address had. */
        REPLACE
    }
}
