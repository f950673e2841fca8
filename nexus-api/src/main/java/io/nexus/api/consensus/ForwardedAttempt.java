package io.nexus.api.consensus;

import com.google.protobuf.UnsafeByteOperations;
import io.nexus.api.peer.v1.ForwardedCommand;
import io.nexus.api.peer.v1.ForwardedOutcome;
import io.nexus.crdt.Token;
import io.nexus.statemachine.codec.CommandCodec;
import io.nexus.statemachine.codec.OutcomeCodec;
import io.nexus.statemachine.command.Envelope;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A forwarded command in the local batcher, and where its answer goes. */
final class ForwardedAttempt implements Attempt.Answers {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedAttempt.class);

    private final long id;
    private final ForwardReplies replies;

    private ForwardedAttempt(long id, ForwardReplies replies) {
        this.id = id;
        this.replies = replies;
    }

    /** Answers that the command was not taken. */
    static void refuse(ForwardedCommand command, SubmitFailure why, ForwardReplies replies) {
        new ForwardedAttempt(command.getId(), replies).refuse(Refusal.of(why));
    }

    static void offer(ForwardedCommand command, long nowNanos, SegmentBatchers batchers, ForwardReplies replies) {
        ForwardedAttempt answers = new ForwardedAttempt(command.getId(), replies);
        SegmentBatcher batcher = batchers.get(command.getSegment());
        if (batcher == null) {
            answers.refuse(Refusal.of(SubmitFailure.CLOSED));
            return;
        }
        Attempt attempt;
        try {
            byte[] encoded = command.getCommand().toByteArray();
            Envelope envelope = new Envelope(command.getCommandId(), CommandCodec.decode(ByteBuffer.wrap(encoded)));
            long deadline = nowNanos + TimeUnit.MILLISECONDS.toNanos(command.getBudgetMs());
            attempt = new Attempt(command.getSegment(), envelope, encoded, deadline, answers);
        } catch (RuntimeException malformed) {
            LOG.atError()
                    .addKeyValue("segment", command.getSegment())
                    .setCause(malformed)
                    .log("forwarded command cannot be read");
            answers.refuse(Refusal.of(SubmitFailure.CLOSED));
            return;
        }
        batcher.offer(attempt);
    }

    @Override
    public void decided(Attempt attempt, Decided decided) {
        Token token = decided.token();
        replies.answer(ForwardedOutcome.newBuilder()
                .setId(id)
                .setOutcome(UnsafeByteOperations.unsafeWrap(OutcomeCodec.encode(decided.outcome())))
                .setIncarnation(token.incarnation())
                .setSeq(token.seq())
                .build());
    }

    @Override
    public void refused(Attempt attempt, Refusal refusal) {
        refuse(refusal);
    }

    private void refuse(Refusal refusal) {
        ForwardedOutcome.Builder outcome = ForwardedOutcome.newBuilder()
                .setId(id)
                .setFailure(refusal.failure().name())
                .setRetryAfterMs(refusal.retryAfterMillis());
        if (refusal.leaderHint() != null) {
            outcome.setLeaderHint(refusal.leaderHint());
        }
        replies.answer(outcome.build());
    }
}
