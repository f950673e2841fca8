package io.nexus.api.consensus;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.peer.v1.ForwardFrame;
import io.nexus.api.peer.v1.ForwardReply;
import io.nexus.api.peer.v1.ForwardServiceGrpc;
import java.util.concurrent.Executor;

/**
 * Takes the commands that other nodes forward to this one as the owner of their segments, and hands them to the local
 * batchers: never further on, the sender decides what to do with a refusal. Runs on the event loop and never blocks it.
 */
public final class ForwardEndpoint extends ForwardServiceGrpc.ForwardServiceImplBase {
    /** Commands of one stream that are not answered; more are not read from the connection. */
    private static final int UNANSWERED_MAX = 8_192;

    private final String clusterId;
    private final SegmentBatchers batchers;
    private final Executor worker;
    private final ConsensusMetrics metrics;
    private final PauseGuard pauses;

    /** @param worker writes the replies; runs one task at a time */
    ForwardEndpoint(
            String clusterId, SegmentBatchers batchers, Executor worker, PauseGuard pauses, ConsensusMetrics metrics) {
        this.clusterId = clusterId;
        this.batchers = batchers;
        this.worker = worker;
        this.pauses = pauses;
        this.metrics = metrics;
    }

    @Override
    public StreamObserver<ForwardFrame> forward(StreamObserver<ForwardReply> replies) {
        ForwardReplies out =
                new ForwardReplies((ServerCallStreamObserver<ForwardReply>) replies, worker, UNANSWERED_MAX);
        return new Frames(out);
    }

    /** One sender's stream. */
    private final class Frames implements StreamObserver<ForwardFrame> {
        private final ForwardReplies replies;
        private boolean introduced;

        Frames(ForwardReplies replies) {
            this.replies = replies;
        }

        @Override
        public void onNext(ForwardFrame frame) {
            if (!introduced && !frame.getClusterId().equals(clusterId)) {
                replies.close(Status.FAILED_PRECONDITION.withDescription(
                        "this node belongs to cluster " + clusterId + ", not to " + frame.getClusterId()));
                return;
            }
            introduced = true;
            metrics.served(frame.getCommandsCount());
            replies.expect(frame.getCommandsCount());
            long now = System.nanoTime();
            if (pauses.refuses(now)) {
                frame.getCommandsList()
                        .forEach(command -> ForwardedAttempt.refuse(command, SubmitFailure.NOT_READY, replies));
            } else {
                frame.getCommandsList().forEach(command -> ForwardedAttempt.offer(command, now, batchers, replies));
            }
            replies.requestMore();
        }

        @Override
        public void onError(Throwable failure) {
            replies.gone();
        }

        @Override
        public void onCompleted() {
            replies.close(Status.OK);
        }
    }
}
