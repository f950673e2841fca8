package io.nexus.api.cluster;

import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Three members and a follower of one segment, on one thread and in one time, of which each node's own clock is a shift.
 * Heartbeats, proofs and ages are the real ones; the log between the members is a Raft of whole logs, small enough to be
 * seen right: a member votes once in a term and for no shorter log, and an entry is acknowledged when a majority has it.
 */
final class StalenessWorld {
    private static final int SEGMENT = 1;
    private static final int MEMBERS = 3;
    private static final int NODES = 4;

    enum Mutation {
        NONE,
        /** What a leader sends to its members counts as its head at the moment of arrival. */
        UNPROVEN_LEADER,
        /** A majority's agreement counts from when it came. */
        AS_OF_THE_ANSWER
    }

    /** How often something happened that a test wants to have happened. */
    static final class Tally {
        long claims;
        long staleClaims;
        long deposedClaims;
        long fresh;
    }

    private final Random random;
    private final Mutation mutation;
    private final Tally tally;
    private final ClusterPlan plan;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Message> network = new ArrayList<>();
    private final Set<String> cuts = new HashSet<>();
    /** When each write was acknowledged, in true time. */
    private final Map<Integer, Long> acknowledged = new HashMap<>();

    private long now = 1_000_000_000L;
    private int newestTerm;
    private @Nullable String violation;

    private record Message(Node from, Node to, Runnable arrival) {}

    StalenessWorld(long seed, Mutation mutation, Tally tally) {
        this.random = new Random(seed);
        this.mutation = mutation;
        this.tally = tally;
        List<NodeEntry> entries = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            entries.add(new NodeEntry(id(i), "n" + i, "", "", "", ""));
        }
        List<String> members =
                entries.subList(0, MEMBERS).stream().map(NodeEntry::nodeId).toList();
        this.plan = new ClusterPlan(1, "cluster", entries, 1, 0, 1, 1, List.of(members, members));
        for (int i = 0; i < NODES; i++) {
            nodes.add(new Node(id(i), i < MEMBERS, members));
        }
        nodes.forEach(node -> node.heartbeats.start());
    }

    private static String id(int number) {
        return "00000000-0000-0000-0000-00000000000" + number;
    }

    /** Null if all claims were right. */
    @Nullable
    String run(int steps) {
        for (int i = 0; i < steps && violation == null; i++) {
            now += random.nextInt(10_000_000);
            act(nodes.get(random.nextInt(NODES)), random.nextInt(20));
            for (int message = random.nextInt(12); message > 0; message--) {
                deliver();
                nodes.forEach(Node::work);
            }
            nodes.forEach(this::check);
        }
        return violation;
    }

    private void act(Node node, int what) {
        switch (what) {
            case 0 -> node.stand();
            case 1, 2, 3, 4 -> nodes.forEach(Node::write);
            case 5, 6 -> nodes.forEach(Node::replicate);
            case 7 -> cutOrHeal();
            case 8 -> node.pauseOrGoOn();
            case 9, 10 -> follow(nodes.get(random.nextInt(MEMBERS)), nodes.get(MEMBERS));
            default -> node.timer();
        }
    }

    private void cutOrHeal() {
        if (random.nextInt(2) == 0) {
            cuts.clear();
        } else if (random.nextInt(3) == 0) {
            Node alone = nodes.get(random.nextInt(NODES));
            nodes.forEach(other -> {
                cuts.add(alone.id + other.id);
                cuts.add(other.id + alone.id);
            });
        } else {
            cuts.add(nodes.get(random.nextInt(NODES)).id + nodes.get(random.nextInt(NODES)).id);
        }
    }

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        // Mostly what was sent last, so that some messages are very late.
        int newest = network.size() - 1;
        boolean any = random.nextInt(4) == 0;
        Message message = network.get(any ? random.nextInt(newest + 1) : Math.max(0, newest - random.nextInt(4)));
        if (cuts.contains(message.from.id + message.to.id)) {
            if (random.nextInt(4) == 0) {
                network.remove(message);
            }
        } else if (!message.to.paused) {
            network.remove(message);
            message.arrival.run();
        }
    }

    /** The follower's copy takes over what another copy has applied, at some later time. */
    private void follow(Node from, Node to) {
        int seq = from.applied;
        network.add(new Message(from, to, () -> to.apply(Math.max(to.applied, seq))));
    }

    private void check(Node node) {
        if (node.paused) {
            return;
        }
        long claimed = node.view.stalenessMillis(SEGMENT);
        Long missing = acknowledged.get(node.applied + 1);
        long truth = missing == null ? 0 : now - missing;
        if (claimed < 0) {
            return;
        }
        tally.claims++;
        tally.staleClaims += truth > 0 ? 1 : 0;
        tally.fresh += claimed < 1_000 ? 1 : 0;
        tally.deposedClaims += node.leads() && node.term < newestTerm ? 1 : 0;
        if (TimeUnit.MILLISECONDS.toNanos(claimed) < truth) {
            violation = node.id + " says at most " + claimed + " ms, and is " + truth + " ns behind";
        }
    }

    private final class Node {
        private final String id;
        private final boolean member;
        private final List<String> members;
        private final FakeGroups groups = new FakeGroups();
        private final FakeStore store = new FakeStore();
        private final TurnExecutor thread = new TurnExecutor();
        private final long shift = random.nextLong() / 4;
        private final Freshness freshness;
        private final MajorityProof proofs;
        private final HeartbeatAnswers answers;
        private final Heartbeats heartbeats;
        private final ClusterView view;
        private boolean paused;
        private int term;
        private int applied;
        private boolean elected;
        private List<Integer> log = new ArrayList<>();
        private final Map<String, Integer> matched = new HashMap<>();
        private final Map<Integer, Integer> votes = new HashMap<>();

        Node(String id, boolean member, List<String> members) {
            this.id = id;
            this.member = member;
            this.members = members;
            NodeIdentity identity = new NodeIdentity(StoredIdentity.blank(id), saved -> {}, () -> {});
            identity.replace(plan);
            Layout layout = new Layout(identity, store.segment(0), Runnable::run);
            LocalState self = new LocalState(id, groups, store, segment -> true, this::nanos);
            ClockGuard clock = new ClockGuard(() -> Instant.EPOCH, this::nanos, ClockGuard.Settings.DEFAULT);
            PeerWatch watch = new PeerWatch(HeartbeatSettings.DEFAULT, this::nanos);
            EventThread events = new EventThread(thread);
            HeartbeatWire wire = this::send;
            freshness = new Freshness(self::position, this::nanos);
            proofs = new MajorityProof(self, wire, events, Runnable::run, this::proven);
            answers = new HeartbeatAnswers(self, layout, proofs, (segment, ofTerm, owner) -> {}, clock);
            heartbeats = new Heartbeats(
                    self,
                    layout,
                    wire,
                    HeartbeatSettings.DEFAULT,
                    events,
                    new Heartbeats.Sinks(proofs, watch, freshness, (segment, ofTerm, owner) -> {}, clock));
            view = new ObservedCluster(self, layout, watch, freshness);
            apply(0);
            if (member) {
                follow(0);
            }
        }

        private long nanos() {
            return now + shift;
        }

        private void proven(int segment, MajorityProof.Proof proof) {
            long asOf = mutation == Mutation.AS_OF_THE_ANSWER ? nanos() : proof.asOfNanos();
            freshness.proven(segment, asOf);
        }

        void work() {
            if (!paused) {
                thread.runAll();
            }
        }

        void timer() {
            if (thread.hasTimer()) {
                thread.fireTimer();
            }
        }

        void pauseOrGoOn() {
            paused = paused ? random.nextInt(3) != 0 : random.nextInt(4) == 0;
        }

        private void tell(Node to, Runnable arrival) {
            network.add(new Message(this, to, arrival));
        }

        private CompletableFuture<HeartbeatReply> send(String to, io.nexus.api.peer.v1.HeartbeatRequest request) {
            CompletableFuture<HeartbeatReply> future = new CompletableFuture<>();
            Node other = nodes.get(
                    plan.nodes().stream().map(NodeEntry::nodeId).toList().indexOf(to));
            tell(other, () -> {
                HeartbeatReply reply = other.answers.answer(request);
                other.tell(this, () -> {
                    if (random.nextInt(8) == 0) {
                        future.completeExceptionally(new TimeoutException());
                    } else {
                        future.complete(reply);
                    }
                });
            });
            return future;
        }

        /* --------------- the log --------------- */

        boolean leads() {
            return groups.group(SEGMENT).leaderReady();
        }

        private void follow(int newTerm) {
            term = newTerm;
            elected = false;
            groups.follows(SEGMENT, newTerm, null, members);
        }

        void apply(int seq) {
            applied = seq;
            store.at(SEGMENT, 1, seq);
        }

        void stand() {
            if (!member || paused || elected || random.nextInt(5) != 0) {
                return;
            }
            int standing = term + 1;
            follow(standing);
            int length = log.size();
            int lastTerm = lastTerm();
            votes.put(standing, 1);
            for (Node voter : nodes.subList(0, MEMBERS)) {
                if (voter != this) {
                    tell(voter, () -> voter.askedForVote(this, standing, lastTerm, length));
                }
            }
        }

        private void askedForVote(Node candidate, int standing, int lastTerm, int length) {
            if (standing <= term) {
                return;
            }
            follow(standing);
            boolean asLong = lastTerm > lastTerm() || (lastTerm == lastTerm() && length >= log.size());
            if (asLong) {
                tell(candidate, () -> candidate.gotVote(standing));
            }
        }

        private void gotVote(int standing) {
            if (votes.merge(standing, 1, Integer::sum) * 2 > MEMBERS && term == standing && !elected) {
                elected = true;
                newestTerm = Math.max(newestTerm, standing);
                matched.clear();
                log.add(standing);
                replicate();
            }
        }

        void write() {
            if (leads() && !paused && log.size() - applied < 5) {
                log.add(term);
                replicate();
            }
        }

        void replicate() {
            if (!elected || paused) {
                return;
            }
            List<Integer> sent = List.copyOf(log);
            int inTerm = term;
            int commit = leads() ? applied : 0;
            for (Node to : nodes.subList(0, MEMBERS)) {
                if (to != this) {
                    tell(to, () -> to.append(this, inTerm, sent, commit));
                }
            }
        }

        private void append(Node leader, int inTerm, List<Integer> theirs, int commit) {
            if (inTerm < term) {
                return;
            }
            boolean sameLeader = inTerm == term && lastTerm() == inTerm;
            if (inTerm > term) {
                follow(inTerm);
            }
            if (!sameLeader || theirs.size() > log.size()) {
                log = new ArrayList<>(theirs);
            }
            apply(Math.max(applied, commit));
            if (mutation == Mutation.UNPROVEN_LEADER) {
                freshness.observe(SEGMENT, 1, commit, nanos());
            }
            int length = log.size();
            tell(leader, () -> leader.appended(this, inTerm, length));
        }

        private void appended(Node from, int inTerm, int length) {
            if (!elected || inTerm != term) {
                return;
            }
            matched.merge(from.id, length, Math::max);
            // With three members one other makes the majority.
            int decided =
                    matched.values().stream().mapToInt(Integer::intValue).max().orElse(0);
            if (decided > applied && log.get(decided - 1) == term) {
                apply(decided);
                for (int seq = 1; seq <= decided; seq++) {
                    acknowledged.putIfAbsent(seq, now);
                }
                groups.leads(SEGMENT, term, id, members);
            }
        }

        private int lastTerm() {
            return log.isEmpty() ? 0 : log.get(log.size() - 1);
        }
    }
}
