package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the members of a group for their term, after the question was put.
 *
 * <p><b>Why a majority's word is a proof.</b> This node leads a group in term T. A later leader needs, for some term
 * T' &gt; T, the votes of a majority of the members, and a member raises its term to T' before it votes. Two majorities
 * share a member. If a majority said "my term is T" and one of them also voted for T', then it voted after it said so,
 * hence after the question: at the moment of the question there was no later leader, and everything that was
 * acknowledged before is in what this node applied (it leads since it applied all of the terms before, and applies
 * before it acknowledges). A node that was cut off, stopped or overtaken never gets that majority again: the members
 * that elected its successor have a higher term and keep it on disk. Ratis' read index is not used because it answers
 * from what was confirmed earlier.
 *
 * <p>While the membership of a group changes, {@link GroupState#members} holds the members before and after: a majority
 * of the union meets every majority of either, as long as one member changes at a time.
 *
 * <p><b>Rounds.</b> All questions that come up meanwhile share the next round; an answer counts for a question only if
 * its round began after the question. A round begins as soon as the one before is decided, or {@value #SPACING_MILLIS}
 * ms after it began, so that a member that does not answer delays nobody. Heartbeats are rounds too.
 *
 * <p>Threads: {@link #confirm} may be called from any; the rest is confined to the cluster thread.
 */
final class MajorityProof implements LeadershipProof {
    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(950);
    private static final long SPACING_MILLIS = 5;
    private static final long RETRY_MILLIS = 50;
    private static final int OUTSTANDING_MAX = 8;

    private final LocalState self;
    private final HeartbeatWire wire;
    private final EventThread thread;
    private final Executor answers;
    private final Proven listener;
    private final Map<Integer, Proof> proofs = new ConcurrentHashMap<>();
    private final Map<Integer, List<Question>> questions = new TreeMap<>();
    private final Map<String, Integer> outstanding = new HashMap<>();
    private long rounds;
    private @Nullable ProofRound youngest;
    private boolean opening;
    private boolean sweeping;
    private boolean stopped;

    /**
     * @param answers completes the futures: what callers do next must not run on the cluster thread
     * @param listener hears of each proof, on the cluster thread
     */
    MajorityProof(LocalState self, HeartbeatWire wire, EventThread thread, Executor answers, Proven listener) {
        this.self = self;
        this.wire = wire;
        this.thread = thread;
        this.answers = answers;
        this.listener = listener;
    }

    /** This node led the segment in the term at that moment, and nobody in a later one. */
    record Proof(long term, long asOfNanos) {}

    @FunctionalInterface
    interface Proven {
        void proven(int segment, Proof proof);
    }

    /** @param firstRound the first round whose answers count */
    private record Question(long firstRound, long askedNanos, CompletableFuture<Boolean> answer) {}

    /** The youngest proof for a segment; null if there was none since this node started. Any thread. */
    @Nullable
    Proof proof(int segment) {
        return proofs.get(segment);
    }

    @Override
    public CompletableFuture<Boolean> confirm(int segment) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        if (!thread.run(() -> ask(segment, answer))) {
            answer.complete(false);
        }
        return answer;
    }

    /* --------------- questions --------------- */

    private void ask(int segment, CompletableFuture<Boolean> answer) {
        Question question = new Question(rounds + 1, self.nanos().getAsLong(), answer);
        if (stopped || !self.groups().group(segment).leaderReady()) {
            reply(question, false);
            return;
        }
        questions.computeIfAbsent(segment, number -> new ArrayList<>()).add(question);
        openWhenDue();
        if (!sweeping) {
            sweeping = true;
            thread.after(RETRY_MILLIS, this::sweepAgain);
        }
    }

    private void sweepAgain() {
        try {
            sweep();
        } finally {
            sweeping = !questions.isEmpty();
            if (sweeping) {
                thread.after(RETRY_MILLIS, this::sweepAgain);
            }
        }
    }

    /** Refuses all questions, those to come too. */
    void stop() {
        stopped = true;
        questions.values().forEach(open -> open.forEach(question -> reply(question, false)));
        questions.clear();
    }

    /** Refuses what cannot be proven any more, and asks again for the rest if every round came to nothing. */
    private void sweep() {
        long now = self.nanos().getAsLong();
        questions.forEach((segment, open) -> {
            boolean leads = self.groups().group(segment).leaderReady();
            for (Iterator<Question> each = open.iterator(); each.hasNext(); ) {
                Question question = each.next();
                if (!leads || now - question.askedNanos > LIMIT_NANOS) {
                    each.remove();
                    reply(question, false);
                }
            }
        });
        questions.values().removeIf(List::isEmpty);
        if (!questions.isEmpty()) {
            open();
        }
    }

    private void reply(Question question, boolean proven) {
        answers.execute(() -> question.answer.complete(proven));
    }

    /* --------------- rounds --------------- */

    private void openWhenDue() {
        ProofRound last = youngest;
        long age = last == null ? Long.MAX_VALUE : self.nanos().getAsLong() - last.sentNanos();
        if (last == null || last.decided() || age > TimeUnit.MILLISECONDS.toNanos(SPACING_MILLIS)) {
            open();
        } else if (!opening) {
            opening = true;
            thread.after(SPACING_MILLIS, () -> {
                opening = false;
                openIfAsked();
            });
        }
    }

    /** If a question came up after the youngest round began. */
    private void openIfAsked() {
        boolean asked =
                questions.values().stream().flatMap(List::stream).anyMatch(question -> question.firstRound > rounds);
        if (asked) {
            openWhenDue();
        }
    }

    private void open() {
        ProofRound round = begin(Set.copyOf(questions.keySet()));
        youngest = round;
        HeartbeatRequest request = HeartbeatRequest.newBuilder()
                .addAllClaims(round.wire())
                .setProofOnly(true)
                .build();
        for (String node : round.voters(self.selfId())) {
            if (outstanding.getOrDefault(node, 0) < OUTSTANDING_MAX) {
                outstanding.merge(node, 1, Integer::sum);
                thread.when(wire.send(node, request), (reply, failure) -> answered(round, node, reply));
            }
        }
    }

    private void answered(ProofRound round, String node, @Nullable HeartbeatReply reply) {
        outstanding.merge(node, -1, Integer::sum);
        if (reply != null) {
            agreed(round, node, reply.getConfirmedList());
        }
        if (round == youngest && round.decided()) {
            openIfAsked();
        }
    }

    /** Begins a round over those of the segments that this node leads; the caller sends its claims at once. */
    ProofRound begin(Collection<Integer> segments) {
        ProofRound round = new ProofRound(++rounds, self.nanos().getAsLong());
        for (int segment : segments) {
            GroupState state = self.groups().group(segment);
            if (state.leaderReady()) {
                ProofRound.Claim claim = round.claim(state, self.selfId());
                if (claim.hasMajority()) {
                    majority(round, claim);
                }
            }
        }
        return round;
    }

    /** A node answered the round's claims. */
    void agreed(ProofRound round, String nodeId, Collection<Integer> segments) {
        round.agreed(nodeId, segments).forEach(claim -> majority(round, claim));
    }

    private void majority(ProofRound round, ProofRound.Claim claim) {
        if (!claim.stillHolds(self.groups().group(claim.segment()))) {
            return;
        }
        Proof proof = new Proof(claim.term(), round.sentNanos());
        proofs.merge(claim.segment(), proof, (a, b) -> a.asOfNanos - b.asOfNanos > 0 ? a : b);
        listener.proven(claim.segment(), proof);
        List<Question> open = questions.getOrDefault(claim.segment(), List.of());
        for (Iterator<Question> each = open.iterator(); each.hasNext(); ) {
            Question question = each.next();
            if (question.firstRound <= round.number()) {
                each.remove();
                reply(question, true);
            }
        }
        if (open.isEmpty()) {
            questions.remove(claim.segment());
        }
    }
}
