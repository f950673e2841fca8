package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.consensus.GroupLog.Standing;
import io.nexus.api.metrics.Meters;
import io.nexus.statemachine.codec.CommandCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;

/** Any order of offers, answers, time-outs and changes of leadership: every attempt ends once, and truthfully. */
class SegmentBatcherProperties {
    private static final int STEPS = 600;
    private static final SegmentBatcher.Limits LIMITS =
            new SegmentBatcher.Limits(12, 4, 200, 2, 4, Duration.ofSeconds(3));

    @RepeatedTest(200)
    void anyHistory_everyAttemptEndsOnceAndTruthfully() {
        long seed = Long.getLong("seed", new Random().nextLong());
        try {
            new Run(seed).all();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("failed with -Dseed=" + seed, e);
        }
    }

    private static final class Run implements Attempt.Answers {
        private final Random random;
        private final FakeLog log = new FakeLog();
        private final Queue<Runnable> proposer = new ArrayDeque<>();
        private final Queue<Runnable> replies = new ArrayDeque<>();
        private final SegmentBatcher batcher;
        private final List<Attempt> attempts = new ArrayList<>();
        private final Map<Long, String> ends = new HashMap<>();
        private final Set<Integer> open = new HashSet<>();
        private final Set<Long> applied = new HashSet<>();
        private int known;

        Run(long seed) {
            random = new Random(seed);
            batcher = new SegmentBatcher(
                    1,
                    log,
                    proposer::add,
                    replies::add,
                    () -> OptionalLong.of(random.nextInt(1_000)),
                    LIMITS,
                    new ConsensusMetrics(new Meters()));
        }

        void all() {
            for (int i = 0; i < STEPS; i++) {
                step();
                check();
            }
            finish();
            for (Attempt attempt : attempts) {
                long id = attempt.envelope().commandId();
                assertThat(ends).as("end of attempt %s", id).containsKey(id);
                boolean open = ends.get(id).equals("decided") || ends.get(id).equals("UNKNOWN");
                assertThat(applied.contains(id) && !open)
                        .as("applied, but told %s", ends.get(id))
                        .isFalse();
            }
        }

        private void step() {
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> offer();
                case 3 -> run(proposer);
                case 4 -> run(replies);
                case 5 -> answer();
                case 6 -> change();
                case 7 -> withdraw();
                default -> batcher.expire(System.nanoTime() + (random.nextInt(8) == 0 ? later() : 0));
            }
            for (; known < log.proposals().size(); known++) {
                open.add(known);
            }
        }

        private void offer() {
            long id = attempts.size();
            Command command = new Command.FindPool("x".repeat(random.nextInt(80)));
            long deadline = System.nanoTime() + (random.nextInt(6) == 0 ? -1 : TimeUnit.MINUTES.toNanos(1));
            Attempt attempt = new Attempt(1, new Envelope(id, command), CommandCodec.encode(command), deadline, this);
            attempts.add(attempt);
            batcher.offer(attempt);
        }

        private void answer() {
            if (open.isEmpty()) {
                return;
            }
            int proposal =
                    open.stream().skip(random.nextInt(open.size())).findFirst().orElseThrow();
            open.remove(proposal);
            switch (random.nextInt(4)) {
                case 0 -> log.refuse(proposal, SubmitFailure.NOT_LEADER);
                case 1 -> {
                    applied.addAll(log.proposals().get(proposal).ids());
                    log.refuse(proposal, SubmitFailure.UNKNOWN);
                }
                default -> {
                    applied.addAll(log.proposals().get(proposal).ids());
                    log.apply(proposal);
                }
            }
        }

        private void change() {
            Standing[] all = Standing.values();
            log.standing(random.nextBoolean() ? Standing.READY : all[random.nextInt(all.length)]);
            batcher.wake();
        }

        private void withdraw() {
            if (!attempts.isEmpty()) {
                Attempt attempt = attempts.get(random.nextInt(attempts.size()));
                if (!ends.containsKey(attempt.envelope().commandId()) && attempt.withdraw()) {
                    end(attempt, "withdrawn");
                }
            }
        }

        private void check() {
            assertThat(batcher.inFlight()).isBetween(0, LIMITS.inFlightMax());
            assertThat(batcher.queued()).isBetween(0, LIMITS.queueMax());
            assertThat(open.size()).as("batches without an answer").isLessThanOrEqualTo(LIMITS.unansweredMax());
            for (FakeLog.Proposal proposal : log.proposals()) {
                assertThat(proposal.ids().size()).isBetween(1, LIMITS.batchCommandsMax());
            }
        }

        private void finish() {
            log.standing(Standing.READY);
            batcher.wake();
            while (batcher.queued() > 0 || batcher.inFlight() > 0 || !replies.isEmpty() || !proposer.isEmpty()) {
                run(proposer);
                for (; known < log.proposals().size(); known++) {
                    open.add(known);
                }
                answer();
                run(replies);
            }
        }

        private static void run(Queue<Runnable> tasks) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        private static long later() {
            return TimeUnit.SECONDS.toNanos(4);
        }

        private void end(Attempt attempt, String how) {
            String before = ends.put(attempt.envelope().commandId(), how);
            assertThat(before)
                    .as("another end of %s: %s", attempt.envelope(), how)
                    .isNull();
        }

        @Override
        public void decided(Attempt attempt, Decided decided) {
            end(attempt, "decided");
        }

        @Override
        public void refused(Attempt attempt, Refusal refusal) {
            end(attempt, refusal.failure().name());
        }
    }
}
