package io.nexus.api.service;

import io.nexus.statemachine.model.AllocType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What callers ask for, as they wrote it and not yet checked; the same for every protocol. A text that is missing is
 * empty. {@link RequestRules} turns them into values of the domain.
 */
public final class Requests {
    private Requests() {}

    /**
     * An address or prefix for a subscriber.
     *
     * @param ip give exactly this one; empty: any
     * @param ttlSeconds 0: the pool's default
     * @param type null: a lease if a lease time applies, else permanent
     * @param requestId empty: the request is not repeated
     */
    public record Allocate(
            String subscriber,
            String poolId,
            String mac,
            String duid,
            int iaid,
            String ip,
            long ttlSeconds,
            @Nullable AllocType type,
            String requestId) {}

    /**
     * More time for a lease.
     *
     * @param generation only of this holding of the address; 0: whatever the identity holds in the pool
     */
    public record Renew(
            String subscriber,
            String poolId,
            String duid,
            int iaid,
            long ttlSeconds,
            String requestId,
            long generation) {}

    /**
     * The end of what a subscriber holds in a pool.
     *
     * @param ip only this one; empty: whatever the identity holds in the pool
     * @param generation only of this holding of the address; 0: whatever the identity holds in the pool
     */
    public record Release(
            String subscriber, String poolId, String ip, String duid, int iaid, String requestId, long generation) {}

    /**
     * A pool to be.
     *
     * @param prefixLength 0: not given
     */
    public record NewPool(
            String id,
            String cidr,
            int prefixLength,
            String gateway,
            List<String> exclusions,
            List<String> dns,
            String space,
            long defaultTtlSeconds,
            Map<String, String> metadata) {}

    /**
     * What an answer must be at least as fresh as.
     *
     * @param token empty: no particular write
     * @param maxStalenessMillis 0: no bound
     */
    public record Freshness(String token, long maxStalenessMillis, boolean owner) {
        public static final Freshness ANY = new Freshness("", 0, false);
    }
}
