package io.nexus.api.client;

import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Reads its own writes, on whatever node: keeps the token of the last write of each subscriber in each pool and passes
 * it on with lookups of that subscriber, or of an address that such a write gave, renewed or freed. Promises nothing
 * about the writes of others.
 *
 * <p>A lookup of a subscriber over all pools carries the one token there is; where the session wrote in several pools it
 * asks the owners, because a lookup can carry one token only. Of the least recently used of more than
 * {@value #TOKENS_MAX} subscribers or addresses nothing is known any more, and their lookups are local ones.
 *
 * <p>Thread-safe. Writes of one subscriber in one pool should follow each other: of two at once, the token of the one
 * that is answered last counts.
 */
public final class NexusSession {
    static final int TOKENS_MAX = 10_000;

    private final NexusClient client;
    /** Tokens by pool, by subscriber. */
    private final Map<String, Map<String, String>> bySubscriber = lru();

    private final Map<String, String> byAddress = lru();

    NexusSession(NexusClient client) {
        this.client = client;
    }

    public CompletableFuture<AllocateResponse> allocate(AllocateRequest request) {
        return client.allocate(request).thenApply(response -> {
            keep(
                    request.getSubscriberId(),
                    request.getPoolId(),
                    response.getToken(),
                    List.of(response.getAllocation()));
            return response;
        });
    }

    public CompletableFuture<RenewResponse> renew(RenewRequest request) {
        return client.renew(request).thenApply(response -> {
            keep(
                    request.getSubscriberId(),
                    request.getPoolId(),
                    response.getToken(),
                    List.of(response.getAllocation()));
            return response;
        });
    }

    public CompletableFuture<ReleaseResponse> release(ReleaseRequest request) {
        return client.release(request).thenApply(response -> {
            keep(request.getSubscriberId(), request.getPoolId(), response.getToken(), response.getReleasedList());
            return response;
        });
    }

    /** What the subscriber holds, this session's writes included. */
    public CompletableFuture<LookupResponse> lookupBySubscriber(String subscriber) {
        return client.lookupBySubscriber(subscriber, at(subscriber));
    }

    /** What the subscriber holds in the pool, this session's writes included. */
    public CompletableFuture<LookupResponse> lookupBySubscriber(String subscriber, String pool) {
        return client.lookupBySubscriber(LookupRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setConsistency(at(subscriber, pool).consistency())
                .build());
    }

    /** Who holds the address in the default address space, this session's writes to it included. */
    public CompletableFuture<LookupResponse> lookupByIp(String ip) {
        return client.lookupByIp(ip, atAddress(ip));
    }

    private synchronized void keep(String subscriber, String pool, String token, List<Allocation> touched) {
        bySubscriber.computeIfAbsent(subscriber, s -> new HashMap<>()).put(pool, token);
        touched.forEach(allocation -> byAddress.put(allocation.getIp(), token));
    }

    private synchronized ReadAt at(String subscriber, String pool) {
        return ReadAt.atLeast(tokens(subscriber).getOrDefault(pool, ""));
    }

    private synchronized ReadAt at(String subscriber) {
        Map<String, String> tokens = tokens(subscriber);
        return tokens.size() > 1
                ? ReadAt.OWNER
                : tokens.values().stream().findFirst().map(ReadAt::atLeast).orElse(ReadAt.LOCAL);
    }

    private Map<String, String> tokens(String subscriber) {
        return bySubscriber.getOrDefault(subscriber, Map.of());
    }

    private synchronized ReadAt atAddress(String ip) {
        return ReadAt.atLeast(byAddress.getOrDefault(ip, ""));
    }

    private static <V> Map<String, V> lru() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > TOKENS_MAX;
            }
        };
    }
}
