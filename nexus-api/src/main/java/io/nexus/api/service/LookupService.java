package io.nexus.api.service;

import static io.nexus.api.service.AllocationService.guarded;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lookups with what callers wrote checked, and with what a gateway needs to know of the pool. Never blocks. */
public final class LookupService {
    private final Lookups lookups;
    private final PoolDirectory directory;
    private final String selfId;

    /** @param selfId this node's id, told with each answer */
    public LookupService(Lookups lookups, PoolDirectory directory, String selfId) {
        this.lookups = lookups;
        this.directory = directory;
        this.selfId = selfId;
    }

    /**
     * What a lookup found.
     *
     * @param holdings IPv4 before IPv6, newest first; empty only if every owner concerned agreed
     */
    public record Found(List<Holding> holdings, List<Lookups.AsOf> asOf, String answeredBy) {
        /** The answer is at most this old, in milliseconds; -1: unknown. */
        public long stalenessMillis() {
            long worst = 0;
            for (Lookups.AsOf part : asOf) {
                if (part.stalenessMillis() < 0) {
                    return -1;
                }
                worst = Math.max(worst, part.stalenessMillis());
            }
            return worst;
        }

        /** One {@code segment.incarnation.seq} for each segment that was read, separated by spaces. */
        public String position() {
            return asOf.stream()
                    .map(part -> part.segment() + "." + part.incarnation() + "." + part.seq())
                    .collect(Collectors.joining(" "));
        }
    }

    /**
     * What the subscriber holds.
     *
     * @param poolId null: in all pools
     */
    public CompletableFuture<Found> bySubscriber(
            String subscriber, @Nullable String poolId, Requests.Freshness freshness, long deadlineNanos) {
        return guarded(() -> lookups.bySubscriber(
                        RequestRules.subscriber(subscriber),
                        poolId == null ? null : RequestRules.pool("pool_id", poolId),
                        RequestRules.demand(freshness),
                        deadlineNanos))
                .thenApply(this::found);
    }

    /**
     * Whose the address is: the allocation that contains it.
     *
     * @param space empty: the default space
     */
    public CompletableFuture<Found> byAddress(
            String ip, String space, Requests.Freshness freshness, long deadlineNanos) {
        return guarded(() -> lookups.byAddress(
                        RequestRules.space(space),
                        RequestRules.address(ip),
                        RequestRules.demand(freshness),
                        deadlineNanos))
                .thenApply(this::found);
    }

    /**
     * Who had an address, and when.
     *
     * @param tenures in order of time
     * @param truncated there were more: ask for a shorter time
     */
    public record WhoHad(List<Tenure> tenures, boolean truncated, List<Lookups.AsOf> asOf, String answeredBy) {}

    /**
     * Who had the address at some moment of the time span.
     *
     * @param space empty: the default space
     * @param toMillis a moment of the span is before it
     */
    public CompletableFuture<WhoHad> whoHad(String ip, String space, long fromMillis, long toMillis) {
        return guarded(() -> {
                    if (fromMillis < 0 || toMillis <= fromMillis) {
                        throw Problem.field("to_ms", "the time span ends before it begins")
                                .exception();
                    }
                    return lookups.past(RequestRules.space(space), RequestRules.address(ip), fromMillis, toMillis);
                })
                .thenApply(past -> new WhoHad(past.tenures(), past.truncated(), past.asOf(), selfId));
    }

    /**
     * Why things are as they are.
     *
     * @param units empty: no pool has the address, or the subscriber has nothing and no right to anything
     */
    public record Explained(List<UnitView> units, String answeredBy) {}

    /** @param space empty: the default space */
    public CompletableFuture<Explained> explainAddress(String ip, String space) {
        return guarded(() -> lookups.explain(RequestRules.space(space), RequestRules.address(ip)))
                .thenApply(units -> new Explained(units, selfId));
    }

    public CompletableFuture<Explained> explainSubscriber(String subscriber) {
        return guarded(() -> lookups.explain(RequestRules.subscriber(subscriber)))
                .thenApply(units -> new Explained(units, selfId));
    }

    /** What is reserved in a pool. */
    public CompletableFuture<List<UnitReader.Reservation>> reservations(String poolId) {
        return guarded(() -> {
            PoolEntry pool = directory.byId(RequestRules.pool("pool_id", poolId));
            if (pool == null) {
                throw new Problem(Reason.NO_SUCH_POOL, "there is no pool " + poolId, "pool_id", null).exception();
            }
            return lookups.reservations(pool);
        });
    }

    private Found found(Lookups.Answer answer) {
        List<Holding> holdings = answer.allocations().stream()
                .map(allocation -> new Holding(allocation, directory.byInstance(allocation.instance())))
                .toList();
        return new Found(holdings, answer.asOf(), selfId);
    }
}
