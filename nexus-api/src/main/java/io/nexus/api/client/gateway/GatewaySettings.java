package io.nexus.api.client.gateway;

import java.time.Duration;
import java.util.List;

/**
 * How a gateway is set up.
 *
 * @param pools whose allocations are cached; empty: all
 * @param queueMax requests that wait for the cluster at most; more are refused
 * @param parallelMax requests replayed at a time
 * @param retryEvery how often a queue that waits looks whether the cluster is back, and leases are looked through
 */
public record GatewaySettings(List<String> pools, int queueMax, int parallelMax, Duration retryEvery) {
    /** Throws IllegalArgumentException for a limit that is not positive. */
    public GatewaySettings {
        pools = List.copyOf(pools);
        if (queueMax < 1 || parallelMax < 1 || retryEvery.isNegative() || retryEvery.isZero()) {
            throw new IllegalArgumentException("queueMax, parallelMax and retryEvery must be positive");
        }
    }

    public static GatewaySettings of(List<String> pools) {
        return new GatewaySettings(pools, 10_000, 16, Duration.ofSeconds(1));
    }

    public GatewaySettings withQueueMax(int limit) {
        return new GatewaySettings(pools, limit, parallelMax, retryEvery);
    }

    public GatewaySettings withRetryEvery(Duration pause) {
        return new GatewaySettings(pools, queueMax, parallelMax, pause);
    }
}
