package io.nexus.api.consensus;

import java.time.Duration;

/**
 * Notices that this process stood still (SIGSTOP, a frozen virtual machine), and refuses writes for a moment after it.
 *
 * <p>What reached the sockets during the pause is older than it looks: its callers gave up long ago, and a deadline that
 * is counted from the arrival would let it take effect anyhow, perhaps against what the same subscriber was given since.
 * A refusal changes nothing, and whoever is still there asks again or elsewhere.
 *
 * <p>Threads: {@link #beat} is called by one thread all the time, {@link #refuses} by any.
 */
final class PauseGuard {
    private final ConsensusMetrics metrics;
    private final long pauseNanos;
    private final long refuseNanos;
    private volatile boolean started;
    private volatile long beatNanos;
    private volatile long resumedNanos;
    private volatile boolean resumed;

    /**
     * What counts.
     *
     * @param pause no beat for so long is a pause: more than a busy machine makes of a period of some milliseconds
     * @param refuse so long after the end of a pause, until the sockets are read empty
     */
    record Limits(Duration pause, Duration refuse) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    PauseGuard(Limits limits, ConsensusMetrics metrics) {
        this.metrics = metrics;
        this.pauseNanos = limits.pause.toNanos();
        this.refuseNanos = limits.refuse.toNanos();
    }

    /** Time goes on. The first beat starts the guard. */
    void beat(long nowNanos) {
        if (started && nowNanos - beatNanos > pauseNanos) {
            resumedNanos = nowNanos;
            resumed = true;
            metrics.paused();
        }
        beatNanos = nowNanos;
        started = true;
    }

    /** True if a request read now may be one that waited out a pause. */
    boolean refuses(long nowNanos) {
        return started && (nowNanos - beatNanos > pauseNanos || (resumed && nowNanos - resumedNanos < refuseNanos));
    }
}
