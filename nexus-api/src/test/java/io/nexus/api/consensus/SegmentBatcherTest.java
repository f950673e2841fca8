package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.consensus.GroupLog.Standing;
import io.nexus.api.consensus.SegmentBatcher.Limits;
import io.nexus.api.metrics.Meters;
import io.nexus.statemachine.codec.CommandCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentBatcherTest {
    private static final Limits SMALL = new Limits(8, 3, 1_000, 2, 4, Duration.ofSeconds(3));

    private final FakeLog log = new FakeLog();
    private final Hand proposer = new Hand();
    private final Hand replies = new Hand();
    private final Answers answers = new Answers();
    private OptionalLong now = OptionalLong.of(1_000);

    /* --------------- batching --------------- */

    @Test
    void offer_idle_proposesAtOnce() {
        SegmentBatcher batcher = batcher(SMALL);

        batcher.offer(attempt(1));
        proposer.run();
        batcher.offer(attempt(2));
        proposer.run();

        assertThat(ids()).containsExactly(List.of(1L), List.of(2L));
    }

    @Test
    void offer_twoUnderWay_gathersUntilOneIsAnswered() {
        SegmentBatcher batcher = batcher(SMALL);
        offerApart(batcher, 1, 2);

        IntStream.rangeClosed(3, 7).forEach(i -> batcher.offer(attempt(i)));
        proposer.run();
        assertThat(log.proposals()).hasSize(2);
        log.apply(0);
        proposer.run();

        assertThat(ids()).containsExactly(List.of(1L), List.of(2L), List.of(3L, 4L, 5L));
        assertThat(batcher.queued()).isEqualTo(2);
        assertThat(batcher.inFlight()).isEqualTo(2);
    }

    @Test
    void batch_bytesAtLimit_isClosed() {
        int size = CommandCodec.encode(command(1)).length;
        SegmentBatcher batcher = batcher(new Limits(100, 50, 2 * size, 2, 4, Duration.ofSeconds(3)));

        IntStream.rangeClosed(1, 5).forEach(i -> batcher.offer(attempt(i)));
        proposer.run();

        assertThat(ids()).containsExactly(List.of(1L, 2L), List.of(3L, 4L));
    }

    @Test
    void batch_oneCommandOverLimit_goesAlone() {
        SegmentBatcher batcher = batcher(new Limits(100, 50, 1, 2, 4, Duration.ofSeconds(3)));

        batcher.offer(attempt(1));
        proposer.run();

        assertThat(ids()).containsExactly(List.of(1L));
    }

    @Test
    void stamp_clockGoesBack_staysWhereItWas() {
        SegmentBatcher batcher = batcher(SMALL);

        batcher.offer(attempt(1));
        proposer.run();
        now = OptionalLong.of(500);
        batcher.offer(attempt(2));
        proposer.run();

        assertThat(log.proposals())
                .extracting(proposal -> proposal.batch().stampMillis())
                .containsExactly(1_000L, 1_000L);
    }

    @Test
    void stamp_clockNotKnownToBeRight_nothingIsProposed() {
        SegmentBatcher batcher = batcher(SMALL);
        now = OptionalLong.empty();

        batcher.offer(attempt(1));
        proposer.run();
        replies.run();

        assertThat(log.proposals()).isEmpty();
        assertThat(answers.refused).containsExactly("1 NOT_READY");
    }

    @Test
    void answer_applied_goesToEachCommandByPosition() {
        SegmentBatcher batcher = batcher(SMALL);
        batcher.offer(attempt(1));
        batcher.offer(attempt(2));
        proposer.run();

        log.apply(0);
        assertThat(answers.decided).as("before the reply executor ran").isEmpty();
        replies.run();

        assertThat(answers.decided).containsExactly("1 -> 1@1", "2 -> 2@1");
    }

    /* --------------- bounds --------------- */

    @Test
    void offer_queueFull_isOverloadedUntilThereIsRoom() {
        SegmentBatcher batcher = batcher(SMALL);
        offerApart(batcher, 1, 2);
        IntStream.rangeClosed(3, 10).forEach(i -> batcher.offer(attempt(i)));

        batcher.offer(attempt(11));
        assertThat(answers.refused).containsExactly("11 OVERLOADED");
        log.apply(0);
        proposer.run();
        batcher.offer(attempt(12));
        answerAll(batcher);

        assertThat(answers.refused).containsExactly("11 OVERLOADED");
        assertThat(answers.decided).hasSize(11);
    }

    @Test
    void offer_waitLongerThanDeadline_isOverloadedWithEstimate() {
        SegmentBatcher batcher = batcher(SMALL);
        batcher.offer(attempt(1));
        proposer.run();
        log.apply(0);
        offerApart(batcher, 2, 3);
        IntStream.rangeClosed(4, 6).forEach(i -> batcher.offer(attempt(i)));

        batcher.offer(attempt(7, Duration.ofNanos(1)));
        batcher.offer(attempt(8));

        assertThat(answers.refused).containsExactly("7 OVERLOADED");
        assertThat(answers.retryAfterMillis).isBetween(50L, 5_000L);
    }

    @Test
    void offer_tooManyBatchesNeverAnswered_isNotReady() {
        SegmentBatcher batcher = batcher(SMALL);
        for (int i = 1; i <= 4; i++) {
            batcher.offer(attempt(i));
            proposer.run();
            batcher.expire(later());
            replies.run();
        }
        assertThat(answers.refused).containsExactly("1 UNKNOWN", "2 UNKNOWN", "3 UNKNOWN", "4 UNKNOWN");

        batcher.offer(attempt(5));
        proposer.run();
        replies.run();
        assertThat(answers.refused).contains("5 NOT_READY");

        log.apply(0);
        batcher.offer(attempt(6));
        proposer.run();
        assertThat(ids()).contains(List.of(6L));
    }

    /* --------------- refusals --------------- */

    @Test
    void offer_notLeader_isRefusedWithHint() {
        log.standing(Standing.NOT_LEADER);
        SegmentBatcher batcher = batcher(SMALL);

        batcher.offer(attempt(1));

        assertThat(answers.refused).containsExactly("1 NOT_LEADER");
        assertThat(answers.hint).isEqualTo("leader");
    }

    @Test
    void wake_leadershipLost_refusesQueue() {
        SegmentBatcher batcher = batcher(SMALL);
        offerApart(batcher, 1, 2);
        batcher.offer(attempt(3));
        batcher.offer(attempt(4));
        proposer.run();

        log.standing(Standing.NOT_LEADER);
        batcher.wake();
        proposer.run();
        log.refuse(0, SubmitFailure.UNKNOWN);
        log.refuse(1, SubmitFailure.NOT_LEADER);
        replies.run();

        assertThat(answers.refused).containsExactly("3 NOT_LEADER", "4 NOT_LEADER", "1 UNKNOWN", "2 NOT_LEADER");
    }

    @Test
    void take_deadlinePassed_isExpiredAndNotProposed() {
        SegmentBatcher batcher = batcher(SMALL);

        batcher.offer(attempt(1, Duration.ofNanos(1)));
        batcher.offer(attempt(2));
        proposer.run();
        replies.run();

        assertThat(answers.refused).containsExactly("1 EXPIRED");
        assertThat(ids()).containsExactly(List.of(2L));
    }

    @Test
    void take_withdrawn_isNeitherProposedNorAnswered() {
        SegmentBatcher batcher = batcher(SMALL);
        Attempt given = attempt(1);

        batcher.offer(given);
        assertThat(given.withdraw()).isTrue();
        batcher.offer(attempt(2));
        proposer.run();
        replies.run();

        assertThat(ids()).containsExactly(List.of(2L));
        assertThat(answers.refused).isEmpty();
    }

    @Test
    void withdraw_proposed_isTooLate() {
        SegmentBatcher batcher = batcher(SMALL);
        Attempt given = attempt(1);

        batcher.offer(given);
        proposer.run();

        assertThat(given.withdraw()).isFalse();
    }

    @Test
    void expire_noAnswerInTime_isUnknownAndTheLateAnswerIsDropped() {
        SegmentBatcher batcher = batcher(SMALL);
        batcher.offer(attempt(1));
        proposer.run();

        batcher.expire(System.nanoTime());
        replies.run();
        assertThat(answers.refused).isEmpty();
        batcher.expire(later());
        log.apply(0);
        replies.run();

        assertThat(answers.refused).containsExactly("1 UNKNOWN");
        assertThat(answers.decided).isEmpty();
        assertThat(batcher.inFlight()).isZero();
    }

    @Test
    void close_queued_isClosed() {
        SegmentBatcher batcher = batcher(SMALL);
        offerApart(batcher, 1, 2);
        batcher.offer(attempt(3));

        batcher.close();
        proposer.run();
        batcher.offer(attempt(4));
        log.apply(0);
        replies.run();

        assertThat(answers.refused).containsExactlyInAnyOrder("3 CLOSED", "4 CLOSED");
        assertThat(answers.decided).containsExactly("1 -> 1@1");
    }

    /* --------------- parts --------------- */

    private void offerApart(SegmentBatcher batcher, long... ids) {
        for (long id : ids) {
            batcher.offer(attempt(id));
            proposer.run();
        }
    }

    private void answerAll(SegmentBatcher batcher) {
        for (int answered = 1; batcher.inFlight() > 0; answered++) {
            log.apply(answered);
            proposer.run();
        }
        replies.run();
    }

    private SegmentBatcher batcher(Limits limits) {
        return new SegmentBatcher(1, log, proposer, replies, () -> now, limits, new ConsensusMetrics(new Meters()));
    }

    private List<List<Long>> ids() {
        return log.proposals().stream().map(FakeLog.Proposal::ids).toList();
    }

    private Attempt attempt(long id) {
        return attempt(id, Duration.ofSeconds(30));
    }

    private Attempt attempt(long id, Duration time) {
        Command command = command(id);
        return new Attempt(
                1,
                new Envelope(id, command),
                CommandCodec.encode(command),
                System.nanoTime() + time.toNanos(),
                answers);
    }

    private static Command command(long id) {
        return new Command.FindPool("pool-" + id);
    }

    private static long later() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    }

    /** Runs tasks when told to. */
    private static final class Hand implements Executor {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    private static final class Answers implements Attempt.Answers {
        private final List<String> decided = new ArrayList<>();
        private final List<String> refused = new ArrayList<>();
        private String hint = "";
        private long retryAfterMillis;

        @Override
        public void decided(Attempt attempt, Decided answer) {
            decided.add(attempt.envelope().commandId() + " -> " + ((Outcome.Rejected) answer.outcome()).detail() + "@"
                    + answer.token().seq());
        }

        @Override
        public void refused(Attempt attempt, Refusal refusal) {
            refused.add(attempt.envelope().commandId() + " " + refusal.failure());
            retryAfterMillis = refusal.retryAfterMillis();
            hint = refusal.leaderHint() == null ? hint : refusal.leaderHint();
        }
    }
}
