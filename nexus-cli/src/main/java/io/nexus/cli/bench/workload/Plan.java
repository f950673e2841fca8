package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Pace;
import java.time.Duration;

/**
 * What was asked for. Every workload is bounded by it in time and count.
 *
 * @param target any, owner, or the name or id of a node
 * @param duration of each measured phase at most
 * @param warmup before the first phase, not reported; zero: none
 * @param count calls of each measured phase at most
 * @param subscribers in each pool, prepared before the measurement where the workload needs them
 * @param timeout of one call
 * @param node for workloads that are about one node; empty: the workload chooses
 */
public record Plan(
        String target,
        Pace pace,
        Duration duration,
        Duration warmup,
        long count,
        int pools,
        int subscribers,
        Duration timeout,
        String node) {
    /** Longer than a call may take. */
    public Duration drain() {
        return timeout.plusSeconds(2);
    }

    public Bounds bounds() {
        return new Bounds(duration, count, drain());
    }

    /** Calls that the warm-up makes at most. */
    public long warmupCount() {
        return warmup.isZero() ? 0 : Math.max(1_000, count / 4);
    }
}
