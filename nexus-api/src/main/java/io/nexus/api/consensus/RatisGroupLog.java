package io.nexus.api.consensus;

import io.nexus.statemachine.codec.BatchCodec;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.ratis.BatchMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits batches to a group inside this JVM, straight to its division: the server's own method would join on another
 * pool for each entry. A batch is called unknown whenever it may be in the log, whatever the error says.
 */
final class RatisGroupLog implements GroupLog {
    private static final Logger LOG = LoggerFactory.getLogger(RatisGroupLog.class);

    private final HostedGroup group;
    private final RequestIds ids;

    RatisGroupLog(HostedGroup group, RequestIds ids) {
        this.group = group;
        this.ids = ids;
    }

    @Override
    public Standing standing() {
        return group.standing();
    }

    @Override
    public @Nullable String leader() {
        return group.leader();
    }

    @Override
    public void propose(Batch batch, AnswerSink sink) {
        BatchMessage message;
        CompletableFuture<RaftClientReply> reply;
        try {
            message = new BatchMessage(batch, BatchCodec.encode(batch));
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("segment", group.segment()).setCause(e).log("batch cannot be encoded");
            sink.refused(Refusal.of(SubmitFailure.CLOSED));
            return;
        }
        try {
            reply = division().submitClientRequestAsync(request(message));
        } catch (IOException | RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        var unused = reply.whenComplete((answer, failure) -> answer(message, answer, failure, sink));
    }

    private RaftClientAsynchronousProtocol division() {
        return (RaftClientAsynchronousProtocol) group.division();
    }

    private RaftClientRequest request(BatchMessage message) {
        return RaftClientRequest.newBuilder()
                .setClientId(ids.client())
                .setServerId(group.division().getId())
                .setGroupId(group.division().getGroup().getGroupId())
                .setCallId(ids.next())
                .setMessage(message)
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    private void answer(
            BatchMessage message, @Nullable RaftClientReply reply, @Nullable Throwable failure, AnswerSink sink) {
        BatchMessage.Result result = message.result();
        if (reply != null && reply.isSuccess() && result != null) {
            sink.applied(result.outcomes(), result.token());
            return;
        }
        if (message.perhapsInLog()) {
            sink.refused(Refusal.of(SubmitFailure.UNKNOWN));
            return;
        }
        sink.refused(definite(reply != null ? reply.getException() : unwrapped(failure)));
    }

    /** The batch certainly is not in the log. */
    private Refusal definite(@Nullable Throwable failure) {
        if (failure instanceof NotLeaderException notLeader) {
            String hint = notLeader.getSuggestedLeader() == null
                    ? null
                    : notLeader.getSuggestedLeader().getId().toString();
            return Refusal.of(SubmitFailure.NOT_LEADER, hint);
        }
        if (failure instanceof LeaderNotReadyException || failure instanceof LeaderSteppingDownException) {
            return Refusal.of(SubmitFailure.NOT_READY);
        }
        if (failure instanceof ResourceUnavailableException) {
            return Refusal.overloaded(100);
        }
        if (failure instanceof StateMachineException) {
            LOG.atWarn()
                    .addKeyValue("segment", group.segment())
                    .setCause(failure)
                    .log("the group refuses a batch");
            return Refusal.of(SubmitFailure.NOT_READY);
        }
        return Refusal.of(SubmitFailure.CLOSED);
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
