package io.nexus.api.consensus;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.nexus.api.peer.v1.ForwardReply;
import io.nexus.api.peer.v1.ForwardedOutcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The answers on one forwarding stream: they gather until the worker writes them, many in a message, as fast as the
 * other side reads. While too many commands are unanswered no more are read. Thread-safe, never blocks.
 */
final class ForwardReplies {
    private static final int OUTCOMES_MAX = 512;

    private final ServerCallStreamObserver<ForwardReply> stream;
    private final int unansweredMax;

    private final Queue<ForwardedOutcome> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final SerialStep stepping;
    private final AtomicBoolean readPending = new AtomicBoolean();
    private volatile boolean gone;
    private volatile @Nullable Status closing;

    /** Must be made before the call's handler returns. */
    ForwardReplies(ServerCallStreamObserver<ForwardReply> stream, Executor worker, int unansweredMax) {
        this.stream = stream;
        this.stepping = new SerialStep(worker, this::step, this::gone);
        this.unansweredMax = unansweredMax;
        stream.disableAutoRequest();
        stream.setOnReadyHandler(stepping::wake);
        stream.setOnCancelHandler(this::gone);
        stream.request(1);
    }

    /** So many answers will come. */
    void expect(int commands) {
        unanswered.addAndGet(commands);
    }

    void answer(ForwardedOutcome outcome) {
        if (!gone) {
            queue.add(outcome);
            stepping.wake();
        }
    }

    /** The frame was taken in: reads the next as soon as there is room for its answers. */
    void requestMore() {
        readPending.set(true);
        readIfRoom();
    }

    /** Ends the stream after what is queued. */
    void close(Status status) {
        closing = status;
        stepping.wake();
    }

    /** The other side is gone: answers have nowhere to go. */
    void gone() {
        gone = true;
        queue.clear();
    }

    private void readIfRoom() {
        if (unanswered.get() < unansweredMax && !gone && readPending.compareAndSet(true, false)) {
            stream.request(1);
        }
    }

    private void step() {
        while (!gone && stream.isReady() && !queue.isEmpty()) {
            ForwardReply.Builder reply = ForwardReply.newBuilder();
            for (int i = 0; i < OUTCOMES_MAX; i++) {
                ForwardedOutcome next = queue.poll();
                if (next == null) {
                    break;
                }
                reply.addOutcomes(next);
            }
            stream.onNext(reply.build());
            unanswered.addAndGet(-reply.getOutcomesCount());
            readIfRoom();
        }
        Status status = closing;
        if (status != null && !gone && queue.isEmpty()) {
            gone = true;
            if (status.isOk()) {
                stream.onCompleted();
            } else {
                stream.onError(status.asRuntimeException());
            }
        }
    }
}
