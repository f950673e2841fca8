package io.nexus.api.client.node;

import java.util.function.DoubleSupplier;

/**
 * How a node has been doing for this client: a moving average of its latency, and after failures in a row a time during
 * which others are asked first, doubling with each failure and jittered so that many clients do not come back together
 * (exponential back-off with jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
 *
 * <p>Times are of {@link System#nanoTime}. Thread-safe; nothing blocks.
 */
final class NodeHealth {
    private static final long AVOID_NANOS_MIN = 100_000_000L;
    private static final long AVOID_NANOS_MAX = 10_000_000_000L;
    private static final int DOUBLINGS_MAX = 7;
    private static final long HALVED_NANOS = 10_000_000_000L;
    /** Weight of the newest latency. */
    private static final double NEWEST = 0.2;

    private final DoubleSupplier random;
    private int failuresInARow;
    private boolean avoided;
    private long avoidUntilNanos;
    private long answeredNanos;
    private double latencyNanos;

    /** @param random from 0 to below 1 */
    NodeHealth(DoubleSupplier random) {
        this.random = random;
    }

    /** The node answered, if only with a refusal. */
    synchronized void answered(long nowNanos, long tookNanos) {
        failuresInARow = 0;
        avoided = false;
        answeredNanos = nowNanos;
        latencyNanos = latencyNanos == 0 ? tookNanos : latencyNanos + NEWEST * (tookNanos - latencyNanos);
    }

    /** The node did not answer: no connection, or no word in time. */
    synchronized void failed(long nowNanos) {
        int doublings = Math.min(DOUBLINGS_MAX, failuresInARow++);
        long nanos = Math.min(AVOID_NANOS_MAX, AVOID_NANOS_MIN << doublings);
        avoid(nowNanos, nanos / 2 + (long) (nanos / 2.0 * random.getAsDouble()));
    }

    /** The node itself asked to be left alone for so long. */
    synchronized void avoid(long nowNanos, long nanos) {
        long until = nowNanos + nanos;
        if (!avoided || until - avoidUntilNanos > 0) {
            avoided = true;
            avoidUntilNanos = until;
        }
    }

    /** For how long others are asked first; 0: it is as good as any. */
    synchronized long avoidedNanos(long nowNanos) {
        return avoided ? Math.max(0, avoidUntilNanos - nowNanos) : 0;
    }

    /** 0 before the first answer. Halves every ten seconds without one: who was slow once gets another chance. */
    synchronized long latencyNanos(long nowNanos) {
        long halvings = (nowNanos - answeredNanos) / HALVED_NANOS;
        return (long) latencyNanos >> Math.min(40, Math.max(0, halvings));
    }

    synchronized int failuresInARow() {
        return failuresInARow;
    }
}
