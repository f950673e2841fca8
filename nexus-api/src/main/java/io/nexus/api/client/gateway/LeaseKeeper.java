package io.nexus.api.client.gateway;

import io.nexus.api.client.NexusClient;
import io.nexus.api.client.Outcome;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Renews the leases that it is told to keep once half of their time is over (T1 of RFC 2131, 4.4.5), and again at each
 * look until it works: the other half is there for that. Each renewal names the generation, so that it never extends
 * what the subscriber was given later. A lease that the cluster says is over is kept no longer. Thread-safe.
 */
final class LeaseKeeper {
    /** So many are renewed at a time: after a long absence all leases are due at once. */
    private static final int UNDER_WAY_MAX = 64;

    private final NexusClient client;
    private final AllocationCache cache;
    private final InstantSource clock;
    private final Map<Holder, Long> ttlSeconds = new ConcurrentHashMap<>();
    private final Set<Holder> underWay = new HashSet<>();

    LeaseKeeper(NexusClient client, AllocationCache cache, InstantSource clock) {
        this.client = client;
        this.cache = cache;
        this.clock = clock;
    }

    /** @param ttl in seconds; 0: the pool's default */
    void keep(Holder holder, long ttl) {
        ttlSeconds.put(holder, ttl);
    }

    void leave(Holder holder) {
        ttlSeconds.remove(holder);
    }

    int kept() {
        return ttlSeconds.size();
    }

    /** Renews what is due. Does not wait. */
    void look() {
        for (Map.Entry<Holder, Long> kept : ttlSeconds.entrySet()) {
            Cached cached = cache.find(kept.getKey());
            if (cached != null && isDue(cached.allocation()) && begin(kept.getKey())) {
                renew(kept.getKey(), cached.allocation(), kept.getValue());
            }
        }
    }

    private boolean isDue(Allocation allocation) {
        long now = clock.instant().getEpochSecond();
        long half = (allocation.getExpiresAt() - allocation.getLastRenewed()) / 2;
        return allocation.getExpiresAt() != 0 && allocation.getExpiresAt() - now <= half;
    }

    private boolean begin(Holder holder) {
        synchronized (underWay) {
            return underWay.size() < UNDER_WAY_MAX && underWay.add(holder);
        }
    }

    private void renew(Holder holder, Allocation allocation, long ttl) {
        RenewRequest request = RenewRequest.newBuilder()
                .setSubscriberId(holder.subscriber())
                .setPoolId(holder.pool())
                .setDuid(holder.duid())
                .setIaid(holder.iaid())
                .setTtlSeconds(ttl)
                .setGeneration(allocation.getGeneration())
                .build();
        Outcome.of(client.renew(request)).whenComplete((outcome, thrown) -> {
            synchronized (underWay) {
                underWay.remove(holder);
            }
            if (outcome instanceof Outcome.Success<RenewResponse> success) {
                cache.given(success.value().getAllocation());
            } else if (outcome instanceof Outcome.Rejected<RenewResponse> rejected && isOver(rejected.reason())) {
                ttlSeconds.remove(holder);
                cache.ended(allocation);
            }
        });
    }

    private static boolean isOver(String reason) {
        return List.of("NO_SUCH_ALLOCATION", "GENERATION_CHANGED", "NO_SUCH_POOL", "POOL_SEALED")
                .contains(reason);
    }
}
