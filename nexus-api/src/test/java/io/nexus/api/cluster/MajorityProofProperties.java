package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.peer.v1.HeartbeatReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Elections, cut-off leaders, late and lost answers at random: whoever proves its leadership led at the moment of the
 * question. Repeat a failure with {@code -Dseed=<n> -Druns=1}.
 */
final class MajorityProofProperties {
    private static final int SEGMENT = 5;

    private final long firstSeed = Long.getLong("seed", System.nanoTime());
    private final int runs = Integer.getInteger("runs", 300);

    @Test
    void confirm_anySchedule_neverProvesADeposedLeader() {
        int proven = 0;
        int refused = 0;
        for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
            World world = new World(seed, 1 + 2 * (int) Math.floorMod(seed, 3L));
            try {
                world.run(2_000);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertThat(world.violations).as("seed " + seed).isEmpty();
            proven += world.proven;
            refused += world.refused;
        }
        // The schedules must be such that both happen, or this test shows nothing.
        assertThat(proven).isGreaterThan(runs);
        assertThat(refused).isGreaterThan(runs);
    }

    private static final class World {
        private final Random random;
        private final List<Node> nodes = new ArrayList<>();
        private final List<String> members = new ArrayList<>();
        private final List<Runnable> network = new ArrayList<>();
        private final Map<Long, Integer> votes = new HashMap<>();
        private final List<String> violations = new ArrayList<>();
        private long now;
        private long newestLeaderTerm;
        private int proven;
        private int refused;

        World(long seed, int size) {
            random = new Random(seed);
            for (int i = 0; i < size; i++) {
                members.add("n" + i);
            }
            members.forEach(name -> nodes.add(new Node(name)));
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                now += random.nextInt(3_000_000);
                Node node = nodes.get(random.nextInt(nodes.size()));
                switch (random.nextInt(12)) {
                    case 0 -> stand(node);
                    case 1, 2, 3, 4 -> ask(node);
                    case 5 -> {
                        switch (random.nextInt(4)) {
                            case 0 -> beat(node);
                            case 1 -> node.hearsOf(newestLeaderTerm);
                            default -> {}
                        }
                    }
                    case 6 -> {
                        if (node.thread.hasTimer()) {
                            node.thread.fireTimer();
                        }
                    }
                    default -> {
                        if (!network.isEmpty()) {
                            network.remove(random.nextInt(network.size())).run();
                        }
                    }
                }
                nodes.forEach(each -> each.thread.runAll());
            }
        }

        /** A member raises its term, and asks the others one by one; their votes arrive in between other things. */
        private void stand(Node candidate) {
            if (random.nextInt(4) != 0) {
                return;
            }
            long term = candidate.term + 1;
            if (votes.containsKey(term)) {
                return; // one candidate for each term keeps the model small
            }
            candidate.follow(term);
            votes.put(term, 1);
            elect(candidate, term);
            for (Node voter : nodes) {
                if (voter != candidate) {
                    network.add(() -> {
                        if (voter.term < term) {
                            voter.follow(term);
                            network.add(() -> {
                                votes.merge(term, 1, Integer::sum);
                                elect(candidate, term);
                            });
                        }
                    });
                }
            }
        }

        private void elect(Node candidate, long term) {
            if (votes.get(term) * 2 > nodes.size() && candidate.term == term) {
                candidate.groups.leads(SEGMENT, term, candidate.name, members);
                newestLeaderTerm = Math.max(newestLeaderTerm, term);
            }
        }

        /** Kept, because futures swallow what their continuations throw. */
        private void notBefore(long newestTerm, long provenTerm) {
            if (provenTerm < newestTerm) {
                violations.add("proved term " + provenTerm + " after term " + newestTerm + " had a leader");
            }
        }

        private void ask(Node node) {
            long newestAtQuestion = newestLeaderTerm;
            node.proof.confirm(SEGMENT).thenAccept(leads -> {
                if (leads) {
                    proven++;
                    notBefore(newestAtQuestion, node.proof.proof(SEGMENT).term());
                } else {
                    refused++;
                }
            });
        }

        private void beat(Node node) {
            ProofRound round = node.proof.begin(List.of(SEGMENT));
            long newestAtRound = newestLeaderTerm;
            node.newestAtRound.put(round.sentNanos(), newestAtRound);
            for (Node other : nodes) {
                if (other != node) {
                    node.send(other, round.wire())
                            .thenAccept(reply -> node.proof.agreed(round, other.name, reply.getConfirmedList()));
                }
            }
        }

        private final class Node {
            private final String name;
            private final FakeGroups groups = new FakeGroups();
            private final TurnExecutor thread = new TurnExecutor();
            private final Map<Long, Long> newestAtRound = new HashMap<>();
            private final MajorityProof proof;
            private long term;

            Node(String name) {
                this.name = name;
                LocalState self = new LocalState(name, groups, new FakeStore(), segment -> true, () -> now);
                proof = new MajorityProof(
                        self,
                        (to, request) -> send(node(to), request.getClaimsList()),
                        new EventThread(thread),
                        Runnable::run,
                        (segment, proven) -> {
                            Long newest = newestAtRound.get(proven.asOfNanos());
                            if (newest != null) {
                                notBefore(newest, proven.term());
                            }
                        });
                follow(0);
            }

            private Node node(String wanted) {
                return nodes.stream()
                        .filter(each -> each.name.equals(wanted))
                        .findFirst()
                        .orElseThrow();
            }

            void follow(long newTerm) {
                term = newTerm;
                groups.follows(SEGMENT, newTerm, null, members);
            }

            /** A deposed leader may learn late, or never. */
            void hearsOf(long newerTerm) {
                if (newerTerm > term) {
                    follow(newerTerm);
                }
            }

            CompletableFuture<HeartbeatReply> send(Node to, List<io.nexus.api.peer.v1.LeadClaim> claims) {
                CompletableFuture<HeartbeatReply> future = new CompletableFuture<>();
                network.add(() -> {
                    HeartbeatReply.Builder reply = HeartbeatReply.newBuilder().setNodeId(to.name);
                    claims.stream()
                            .filter(claim -> claim.getTerm() == to.term)
                            .forEach(claim -> reply.addConfirmed(claim.getSegment()));
                    network.add(() -> {
                        if (random.nextInt(5) == 0) {
                            future.completeExceptionally(new TimeoutException());
                        } else {
                            future.complete(reply.build());
                        }
                    });
                });
                return future;
            }
        }
    }
}
