package io.nexus.api.feed;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.FeedServiceGrpc;
import io.nexus.api.peer.v1.RepairReply;
import io.nexus.api.peer.v1.RepairRequest;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One Repair call to one peer: a question, its answer, the next question. {@link #ask} blocks its one caller; cancel is
 * for any thread.
 */
final class RepairCall {
    private static final long CALL_MINUTES = 10;
    /** The source reads all its rows before its first answer. */
    private static final long ANSWER_SECONDS = 120;

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>(); // one answer for each question
    private volatile @Nullable ClientCallStreamObserver<RepairRequest> call;

    private record Arrival(
            @Nullable RepairReply reply, @Nullable Throwable cause) {}

    void start(Channel channel) {
        FeedServiceGrpc.newStub(channel)
                .withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES)
                .repair(new Answers());
    }

    /** @throws IOException if the call is over, or no answer comes */
    RepairReply ask(RepairRequest question) throws IOException, InterruptedException {
        ClientCallStreamObserver<RepairRequest> started = call;
        if (started == null) {
            throw new IOException("the call was not started");
        }
        started.onNext(question);
        Arrival arrival = arrivals.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (arrival == null) {
            throw new IOException("silent for " + ANSWER_SECONDS + " s");
        }
        if (arrival.reply == null) {
            throw new IOException("the source ended the repair", arrival.cause);
        }
        return arrival.reply;
    }

    /** The source said that its own copy is not what it should be. */
    static boolean sourceIsWrong(IOException failure) {
        return failure.getCause() != null
                && Status.fromThrowable(failure.getCause()).getCode() == Status.Code.DATA_LOSS;
    }

    void cancel() {
        ClientCallStreamObserver<RepairRequest> started = call;
        if (started != null) {
            started.cancel("the repair is over", null);
        }
    }

    private final class Answers implements ClientResponseObserver<RepairRequest, RepairReply> {
        @Override
        public void beforeStart(ClientCallStreamObserver<RepairRequest> out) {
            call = out;
        }

        @Override
        public void onNext(RepairReply reply) {
            arrivals.add(new Arrival(reply, null));
        }

        @Override
        public void onError(Throwable cause) {
            arrivals.add(new Arrival(null, cause));
        }

        @Override
        public void onCompleted() {
            arrivals.add(new Arrival(null, null));
        }
    }
}
