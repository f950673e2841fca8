package io.nexus.api.client.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.Outcome;
import io.nexus.api.v1.Allocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The queue against a cluster that fails in every way, at random: whatever it does, each request takes effect once, in
 * the order of its subscriber, and the bound holds. {@code -Dseed=N} repeats one run.
 */
final class OfflineQueueProperties {
    private static final int RUNS = 400;
    private static final int STEPS = 300;

    @Test
    void everyRequest_takesEffectOnce_inOrder_withinTheBound() {
        Long given = Long.getLong("seed");
        long first = given == null ? new Random().nextLong() : given;
        for (int run = 0; run < (given == null ? RUNS : 1); run++) {
            long seed = first + run;
            try {
                new Run(seed, false).all();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dseed=" + seed, e);
            }
        }
    }

    /** The property can fail: it sees what a repetition does to a cluster that does not know the request again. */
    @Test
    void aClusterThatForgetsRequestIds_isCaught() {
        long caught = LongStream.range(0, 50)
                .filter(seed -> {
                    try {
                        new Run(seed, true).all();
                        return false;
                    } catch (AssertionError e) {
                        return true;
                    }
                })
                .count();
        assertThat(caught).isGreaterThan(40);
    }

    /** One queue, one cluster, many steps. */
    private static final class Run {
        private final Random random;
        private final int bound;
        private final int parallel;
        private final OfflineQueue queue;
        private final List<Sent> underWay = new ArrayList<>();
        private final Map<String, List<String>> offered = new HashMap<>();
        private final Map<String, List<String>> effects = new HashMap<>();
        private final Set<String> applied = new HashSet<>();
        private final Map<String, CompletableFuture<Outcome<List<Allocation>>>> outcomes = new HashMap<>();
        private final boolean forgetful;
        private boolean away = true;
        private int waiting;
        private int ids;

        private record Sent(String subscriber, String id, CompletableFuture<Outcome<List<Allocation>>> answer) {}

        Run(long seed, boolean forgetful) {
            this.forgetful = forgetful;
            this.random = new Random(seed);
            this.bound = 1 + random.nextInt(20);
            this.parallel = 1 + random.nextInt(5);
            this.queue = new OfflineQueue(bound, parallel);
        }

        void all() {
            for (int i = 0; i < STEPS; i++) {
                step();
                check();
            }
            away = false;
            while (queue.size() > 0 || !underWay.isEmpty()) {
                queue.pump();
                if (!underWay.isEmpty()) {
                    settleOne();
                }
                check();
            }
            assertThat(effects).as("all of them, in their order").isEqualTo(offered);
            assertThat(outcomes.values())
                    .allMatch(CompletableFuture::isDone)
                    .allMatch(outcome -> !(outcome.join() instanceof Outcome.NotDone));
        }

        private void step() {
            int dice = random.nextInt(100);
            if (dice < 35) {
                offer();
            } else if (dice < 60) {
                queue.pump();
            } else if (dice < 95) {
                if (!underWay.isEmpty()) {
                    settleOne();
                }
            } else {
                away = !away;
            }
        }

        private void offer() {
            String subscriber = "s" + random.nextInt(4);
            String id = "id-" + ids++;
            var outcome = queue.offer(subscriber, "p" + random.nextInt(2), () -> {
                Sent sent = new Sent(subscriber, id, new CompletableFuture<>());
                underWay.add(sent);
                return sent.answer;
            });
            assertThat(outcome == null).as("refused exactly when full").isEqualTo(waiting == bound);
            if (outcome != null) {
                waiting++;
                offered.computeIfAbsent(subscriber, s -> new ArrayList<>()).add(id);
                outcomes.put(id, outcome.whenComplete((done, thrown) -> waiting--));
            }
        }

        private void settleOne() {
            Sent sent = underWay.remove(random.nextInt(underWay.size()));
            int dice = random.nextInt(10);
            if (away) {
                sent.answer.complete(dice < 7 ? notDone() : unknown(sent));
            } else if (dice == 0) {
                sent.answer.complete(unknown(sent));
            } else if (dice == 1) {
                apply(sent);
                sent.answer.complete(unknown(sent));
            } else {
                apply(sent);
                sent.answer.complete(
                        dice == 2 ? new Outcome.Rejected<>("ADDRESS_TAKEN", "", "") : new Outcome.Success<>(List.of()));
            }
        }

        /** As the log does: the same id again has no second effect. */
        private void apply(Sent sent) {
            if (applied.add(sent.id) || forgetful) {
                effects.computeIfAbsent(sent.subscriber, s -> new ArrayList<>()).add(sent.id);
            }
        }

        private static Outcome<List<Allocation>> notDone() {
            return new Outcome.NotDone<>("NO_LEADER", "", Optional.empty());
        }

        private static Outcome<List<Allocation>> unknown(Sent sent) {
            return new Outcome.Unknown<>("OUTCOME_UNKNOWN", "", sent.id);
        }

        private void check() {
            assertThat(queue.size()).isEqualTo(waiting).isLessThanOrEqualTo(bound);
            assertThat(underWay.size()).isLessThanOrEqualTo(parallel);
            assertThat(underWay.stream().map(Sent::subscriber)).doesNotHaveDuplicates();
        }
    }

    @Test
    void aLostPool_doesNotHoldUpTheOthers() {
        OfflineQueue queue = new OfflineQueue(50, 3);
        AtomicInteger served = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            queue.offer("lost-" + i, "lost", () -> CompletableFuture.completedFuture(Run.notDone()));
        }
        for (int i = 0; i < 20; i++) {
            queue.offer("s" + i, "well", () -> {
                served.incrementAndGet();
                return CompletableFuture.completedFuture(new Outcome.Success<>(List.of()));
            });
        }
        queue.pump();
        assertThat(served).hasValue(20);
        assertThat(queue.size()).isEqualTo(20);
    }

    @Test
    void close_endsWhatWaits() {
        OfflineQueue queue = new OfflineQueue(5, 1);
        var outcome = queue.offer("s", "p", CompletableFuture::new);
        queue.close("closed");
        assertThat(outcome.join()).isInstanceOf(Outcome.NotDone.class);
        assertThat(queue.offer("s", "p", CompletableFuture::new)).isNull();
    }

    @Test
    void whileAPoolIsAway_oneRequestFindsOut() {
        OfflineQueue queue = new OfflineQueue(50, 10);
        List<CompletableFuture<Outcome<List<Allocation>>>> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            queue.offer("s" + i, "p", () -> {
                sent.add(new CompletableFuture<>());
                return sent.get(sent.size() - 1);
            });
        }
        queue.pump();
        queue.pump();
        assertThat(sent).hasSize(1);
        sent.get(0).complete(new Outcome.Success<>(List.of()));
        assertThat(sent).as("it is back").hasSize(11);
    }
}
