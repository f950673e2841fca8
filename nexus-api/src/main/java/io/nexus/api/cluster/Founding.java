package io.nexus.api.cluster;

import io.nexus.api.cluster.FoundingRules.Answer;
import io.nexus.api.cluster.FoundingRules.Verdict;
import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node gets into a cluster: by founding one with its peers, in whatever order they start, or by taking the seats
 * that its address had before the disk was lost.
 *
 * <p><b>Protocol.</b> A blank node says Hello to every peer until all have answered. The one with the lowest address,
 * and no other, draws a plan, if all are blank and have the same list and settings. It <em>accepts</em> the plan itself
 * (on disk), then offers it to the others; a peer accepts, on disk before it answers, only while blank and only a plan
 * for its own list. All go on saying Hello. A node takes the plan to be <em>in force</em> when it has seen every node
 * of the plan say that it accepted it, or one say that it is in force; only then does it start groups.
 *
 * <p><b>Why there is never a second cluster.</b> (1) A node id accepts at most one plan in its life: the acceptance is
 * on disk before anyone hears of it, and whoever lost the disk is another node id, which no older plan names. (2) A
 * plan is in force only if every node id that it names accepted it: that can be seen at any later time and never
 * becomes untrue, so it does not matter who sees it, when, or after how many crashes. Hence two different plans in
 * force have no node id in common: the disks of all nodes of the first were lost before the second could be drawn.
 * Neither lost, late and repeated messages nor two processes that claim one address change that; they can only keep a
 * plan from coming into force. Who draws the plan matters for progress, not for safety.
 *
 * <p><b>Progress.</b> A founder that crashes resumes with the plan on its disk. If a disk is lost between acceptance
 * and force, the plan stays unaccepted for ever and every node says what to do; nothing was served then. Once a plan is
 * in force, a lost disk is replaced through the meta group, see {@link SeatHandover}.
 *
 * <p>Threads: everything that changes state runs on the executor given, which may block on disk. Other methods may be
 * called from any thread.
 */
public final class Founding implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Founding.class);
    private static final int SLOWEST = 6;

    private final NodeIdentity identity;
    private final FoundingTerms terms;
    private final FoundingRules rules;
    private final FoundingAnswers answers;
    private final FoundingWire wire;
    private final EventThread thread;
    private final Duration interval;
    private final CompletableFuture<ClusterPlan> inForce = new CompletableFuture<>();
    private volatile List<String> reasons = List.of("is starting");
    private volatile boolean closed;
    private int idleRounds;
    private int replaceAttempts;

    /**
     * @param thread single-threaded; not closed by this object
     * @param interval between two rounds of Hello; grows up to sixfold while nothing changes
     */
    Founding(NodeIdentity identity, FoundingTerms terms, FoundingWire wire, EventThread thread, Duration interval) {
        this.identity = identity;
        this.terms = terms;
        this.rules = new FoundingRules(terms);
        this.answers = new FoundingAnswers(identity, terms, rules, thread);
        this.wire = wire;
        this.thread = thread;
        this.interval = interval;
    }

    public void start() {
        thread.run(this::retry);
    }

    /** Completes with the plan once it is in force; exceptionally if the disk fails: the node must stop then. */
    public CompletableFuture<ClusterPlan> inForce() {
        return inForce;
    }

    /** Why this node is not in a cluster yet, in sentences for the operator; empty when it is. */
    public List<String> reasons() {
        List<String> all = new ArrayList<>(reasons);
        if (!inForce.isDone()) {
            all.addAll(answers.complaints());
        }
        return all;
    }

    FoundingAnswers answers() {
        return answers;
    }

    /** Ends the rounds. */
    @Override
    public void close() {
        closed = true;
    }

    /* --------------- rounds --------------- */

    private void retry() {
        attempt(this::round);
    }

    private void round() {
        if (closed || inForce.isDone()) {
            return;
        }
        StoredIdentity me = identity.stored();
        ClusterPlan plan = me.plan();
        if (me.stage().inForce() && plan != null) {
            reasons = List.of();
            noteOtherList(plan);
            inForce.complete(plan);
            return;
        }
        HelloRequest hello = HelloRequest.newBuilder()
                .setFrom(PlanWire.toWire(terms.self().entry(me.nodeId())))
                .setClusterId(plan == null ? "" : plan.clusterId())
                .addAllPeers(terms.peers().all())
                .build();
        gather(rules.targets(me), address -> wire.hello(address, hello), heard -> act(me, heard));
    }

    /** Not an error: the list has no meaning any more, but whoever changed it may think that it has. */
    private void noteOtherList(ClusterPlan plan) {
        String difference = terms.peers()
                .difference(plan.nodes().stream().map(NodeEntry::peerAddr).toList());
        if (!difference.isEmpty()) {
            log.atWarn()
                    .addKeyValue("cluster", difference)
                    .log(
                            "the cluster has other nodes than the configured peer list; the list counts only for founding");
        }
    }

    private void act(StoredIdentity asked, Map<String, Answer<HelloReply>> heard) {
        StoredIdentity me = identity.stored();
        if (closed || inForce.isDone()) {
            return;
        }
        if (me.stage() != asked.stage()) {
            round();
            return;
        }
        Verdict verdict = rules.judge(me, heard);
        switch (verdict.action()) {
            case WAIT -> later(verdict.reasons());
            case DRAW -> draw(me, heard);
            case OFFER -> offer(verdict);
            case REPLACE -> replace(me, verdict.addresses());
            case START -> {
                identity.inForce();
                log.atInfo()
                        .addKeyValue("cluster", identity.requirePlan().clusterId())
                        .log("the plan is in force");
                round();
            }
        }
    }

    private void draw(StoredIdentity me, Map<String, Answer<HelloReply>> heard) {
        List<NodeEntry> nodes = new ArrayList<>(List.of(terms.self().entry(me.nodeId())));
        for (Answer<HelloReply> answer : heard.values()) {
            HelloReply reply = answer.reply();
            if (reply != null) {
                nodes.add(PlanWire.fromWire(reply.getNode()));
            }
        }
        String configured = terms.settings().clusterId();
        String clusterId = configured == null ? UUID.randomUUID().toString() : configured;
        identity.accept(FoundingPlan.draw(terms, nodes, clusterId));
        log.atInfo()
                .addKeyValue("cluster", clusterId)
                .addKeyValue("nodes", nodes.size())
                .log("drew the plan of a new cluster");
        round();
    }

    private void offer(Verdict verdict) {
        FoundRequest request = FoundRequest.newBuilder()
                .setPlan(PlanWire.toWire(identity.requirePlan()))
                .addAllPeers(terms.peers().all())
                .build();
        gather(verdict.addresses(), address -> wire.found(address, request), heard -> {
            List<String> open = new ArrayList<>();
            heard.forEach((address, answer) -> {
                FoundReply reply = answer.reply();
                if (reply == null) {
                    open.add("no answer from peer " + address + ": " + answer.failure());
                } else if (!reply.getAccepted()) {
                    open.add("peer " + address + " refuses the plan: " + reply.getRefusal());
                }
            });
            if (open.isEmpty()) {
                round();
            } else {
                later(open);
            }
        });
    }

    private void replace(StoredIdentity me, List<String> cluster) {
        String address = cluster.get(replaceAttempts++ % cluster.size());
        ReplaceRequest request = ReplaceRequest.newBuilder()
                .setNode(PlanWire.toWire(terms.self().entry(me.nodeId())))
                .addAllPeers(terms.peers().all())
                .build();
        gather(List.of(address), to -> wire.replace(to, request), heard -> {
            Answer<ReplaceReply> answer = heard.get(address);
            ReplaceReply reply = answer == null ? null : answer.reply();
            String refusal = reply == null ? "nothing" : take(me, reply);
            if (refusal.isEmpty()) {
                round();
            } else {
                later(List.of("asks for the seats that its address had before the disk was lost; peer " + address
                        + " answers: " + refusal));
            }
        });
    }

    /** Takes the plan of a running cluster; the refusal if it is none for this node, else empty. */
    private String take(StoredIdentity me, ReplaceReply reply) {
        if (!reply.getAccepted()) {
            return reply.getRefusal().isEmpty() ? "no" : reply.getRefusal();
        }
        ClusterPlan plan;
        try {
            plan = PlanWire.fromWire(reply.getPlan());
        } catch (IllegalArgumentException e) {
            return "a malformed plan: " + e.getMessage();
        }
        List<String> differences = terms.differences(HardSettings.of(plan));
        if (!differences.isEmpty()) {
            return String.join("; ", differences);
        }
        if (!plan.nodes().contains(terms.self().entry(me.nodeId()))) {
            return "its plan does not name this node yet";
        }
        if (identity.stage() == Stage.BLANK) {
            identity.replace(plan);
            log.atInfo().addKeyValue("cluster", plan.clusterId()).log("takes the seats of the node that was here");
        }
        return "";
    }

    private void later(List<String> why) {
        idleRounds = why.equals(reasons) ? idleRounds + 1 : 0;
        if (idleRounds == 0) {
            log.atInfo().addKeyValue("reasons", why).log("not in a cluster yet");
        }
        reasons = List.copyOf(why);
        thread.after(interval.toMillis() * Math.min(SLOWEST, 1 + idleRounds / 10), this::retry);
    }

    /** Asks all of them, and goes on when each answered or failed. */
    private <T> void gather(
            List<String> addresses,
            Function<String, CompletableFuture<T>> call,
            Consumer<Map<String, Answer<T>>> next) {
        Map<String, Answer<T>> answers = new TreeMap<>();
        for (String address : addresses) {
            thread.when(call.apply(address), (reply, failure) -> {
                answers.put(address, new Answer<>(reply, failure == null ? "" : WireFailure.text(failure)));
                if (answers.size() == addresses.size()) {
                    attempt(() -> next.accept(answers));
                }
            });
        }
        if (addresses.isEmpty()) {
            next.accept(answers);
        }
    }

    /** What fails here is this node, not a peer: it must not go on. */
    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            inForce.completeExceptionally(e);
        }
    }
}
