package io.nexus.api.watch;

import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is watched. What is null is not looked at.
 *
 * @param allocations wants allocations
 * @param address the first of what is allocated
 * @param pools wants the configuration of pools
 * @param subtree wants the keys of this subtree, and no allocations or pools then
 * @param path of the subtree, decoded; all below it
 */
record Selector(
        boolean allocations,
        boolean pools,
        @Nullable String pool,
        @Nullable String subscriber,
        @Nullable String space,
        @Nullable Prefix address,
        @Nullable String subtree,
        List<String> path) {
    static final Selector EVERYTHING = new Selector(true, true, null, null, null, null, null, List.of());
    static final Selector ALL_ALLOCATIONS = new Selector(true, false, null, null, null, null, null, List.of());
    static final Selector ALL_POOLS = new Selector(false, true, null, null, null, null, null, List.of());

    static Selector pool(String pool) {
        return new Selector(true, true, pool, null, null, null, null, List.of());
    }

    static Selector poolConfig(String pool) {
        return new Selector(false, true, pool, null, null, null, null, List.of());
    }

    static Selector allocations(@Nullable String pool, @Nullable String subscriber) {
        return new Selector(true, false, pool, subscriber, null, null, null, List.of());
    }

    static Selector space(String space) {
        return new Selector(true, false, null, null, space, null, null, List.of());
    }

    static Selector subtree(String name, List<String> path) {
        return new Selector(false, false, null, null, null, null, name, path);
    }

    Selector at(@Nullable String addressSpace, Prefix exact) {
        return new Selector(allocations, pools, pool, subscriber, addressSpace, exact, subtree, path);
    }

    /** In an index, the most telling name that everything it wants has; see {@link Facet#of(Watched)}. */
    Facet facet() {
        Prefix exact = address;
        if (subscriber != null) {
            return new Facet(Facet.Kind.SUBSCRIBER, subscriber);
        } else if (exact != null) {
            return new Facet(Facet.Kind.ADDRESS, exact.address());
        } else if (pool != null) {
            return new Facet(Facet.Kind.POOL, pool);
        }
        return Facet.ANY;
    }

    boolean wants(Watched value) {
        if (value instanceof Watched.Held held) {
            return allocations && wants(held.holding().allocation());
        } else if (value instanceof Watched.Configured configured) {
            return pools
                    && (pool == null || pool.equals(configured.pool().spec().id()));
        }
        return false;
    }

    private boolean wants(Allocation allocation) {
        return (pool == null || pool.equals(allocation.poolId()))
                && (subscriber == null || subscriber.equals(allocation.owner().subscriber()))
                && (space == null || space.equals(allocation.space()))
                && (address == null || address.equals(allocation.prefix().firstAddress()));
    }
}
