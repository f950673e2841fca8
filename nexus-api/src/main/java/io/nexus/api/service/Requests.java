package io.nexus.api.service;

import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.HoldPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
     * @param gateway through which the subscriber is attached; empty: not known
     * @param circuit on which it is; empty: not known
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
            String requestId,
            String gateway,
            String circuit) {
        /** From nowhere in particular. */
        public Allocate(
                String subscriber,
                String poolId,
                String mac,
                String duid,
                int iaid,
                String ip,
                long ttlSeconds,
                @Nullable AllocType type,
                String requestId) {
            this(subscriber, poolId, mac, duid, iaid, ip, ttlSeconds, type, requestId, "", "");
        }
    }

    /**
     * Takes what was offered.
     *
     * @param ip only if it is this one; empty: whatever was offered
     * @param ttlSeconds 0: the pool's default
     * @param type null: a lease if a lease time applies, else permanent
     */
    public record Confirm(
            String subscriber,
            String poolId,
            String ip,
            String duid,
            int iaid,
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
     * An address or prefix that only one gets; exactly one of subscriber, mac and duid says who.
     *
     * @param iaid together with the duid
     */
    public record Reserve(String poolId, String ip, String subscriber, String mac, String duid, int iaid) {}

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
            Map<String, String> metadata,
            Terms terms) {
        /** With the default terms. */
        public NewPool(
                String id,
                String cidr,
                int prefixLength,
                String gateway,
                List<String> exclusions,
                List<String> dns,
                String space,
                long defaultTtlSeconds,
                Map<String, String> metadata) {
            this(id, cidr, prefixLength, gateway, exclusions, dns, space, defaultTtlSeconds, metadata, Terms.DEFAULT);
        }
    }

    /**
     * A change of a pool.
     *
     * @param body with the new values of those fields; its id says which pool
     * @param fields names as {@code nexus.v1.PoolSpec} spells them; all others stay as they are
     */
    public record PoolChange(NewPool body, Set<String> fields) {
        public PoolChange {
            fields = Set.copyOf(fields);
        }
    }

    /** A pool's terms as far as they are given; null: the default. */
    public record Terms(
            @Nullable AllocPolicy policy,
            @Nullable HoldPolicy holdPolicy,
            @Nullable Long holdSeconds,
            @Nullable Long quarantineSeconds,
            @Nullable Long declineSeconds,
            @Nullable Long offerSeconds,
            int subscriberLimit,
            @Nullable Long historySeconds,
            boolean draining) {
        public static final Terms DEFAULT = new Terms(null, null, null, null, null, null, 0, null, false);
    }

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
