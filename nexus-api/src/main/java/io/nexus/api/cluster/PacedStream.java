package io.nexus.api.cluster;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a call for bulk data, sent by a thread of its own, which waits while the transport does not take more. A
 * receiver that takes nothing for half a minute, or not all within ten minutes, is left: what is sent is read from a
 * snapshot, and one that stays open holds back compaction.
 */
public final class PacedStream<T> {
    private static final Logger LOG = LoggerFactory.getLogger(PacedStream.class);
    private static final int READY_BYTES = 512 << 10;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TOTAL_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long POLL_MILLIS = 1_000;

    private final ServerCallStreamObserver<T> out;
    private final Object readiness = new Object();
    private long startedNanos;

    /** Sends all there is; what it throws ends the call. */
    @FunctionalInterface
    public interface Body {
        void send() throws InterruptedException;
    }

    /** Made while the call is being started. */
    public PacedStream(ServerCallStreamObserver<T> out) {
        this.out = out;
        out.setOnReadyThreshold(READY_BYTES);
        out.setOnReadyHandler(this::ready);
        out.setOnCancelHandler(this::ready);
    }

    /** The transport may take more, or the call is over. Any thread. */
    private void ready() {
        synchronized (readiness) {
            readiness.notifyAll();
        }
    }

    /** Runs the body on this thread and completes the call, or ends it with what went wrong. */
    public void run(Body body) {
        startedNanos = System.nanoTime();
        try {
            body.send();
            out.onCompleted();
        } catch (StatusRuntimeException e) {
            if (!out.isCancelled()) {
                out.onError(e);
            }
        } catch (InterruptedException e) {
            // Only the closing endpoint interrupts; the thread ends with it.
            Thread.currentThread().interrupt();
            out.onError(status(Status.UNAVAILABLE, "the node is stopping"));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a snapshot could not be sent");
            out.onError(status(Status.INTERNAL, "the snapshot could not be read"));
        }
    }

    /** Waits until the transport takes it. Within the body only. */
    public void send(T message) throws InterruptedException {
        long since = System.nanoTime();
        synchronized (readiness) {
            while (!out.isReady()) {
                long now = System.nanoTime();
                if (out.isCancelled()) {
                    throw status(Status.CANCELLED, "the receiver left");
                }
                if (now - since > STALL_NANOS || now - startedNanos > TOTAL_NANOS) {
                    throw status(Status.ABORTED, "the receiver is too slow");
                }
                readiness.wait(POLL_MILLIS);
            }
        }
        out.onNext(message);
    }

    public static StatusRuntimeException status(Status status, String why) {
        return status.withDescription(why).asRuntimeException();
    }
}
