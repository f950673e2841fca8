package io.nexus.api.client.gateway;

import io.nexus.api.v1.Allocation;
import java.time.Duration;

/**
 * An allocation from the cache.
 *
 * @param ageMillis the cluster may have changed it since so long; -1: nobody said how old what was heard is
 * @param connected false: the cluster is away, and this is the last that was heard
 * @param left of the lease, by this machine's clock; negative: permanent
 */
public record Cached(Allocation allocation, long ageMillis, boolean connected, Duration left) {
    static final Duration PERMANENT = Duration.ofSeconds(-1);

    public boolean isPermanent() {
        return left.isNegative();
    }
}
