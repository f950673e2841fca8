package io.nexus.api.service;

import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for: a subscriber's allocations, or the allocation that contains an address.
 *
 * @param poolId only of this pool; null: any
 * @param space of the address
 */
record Inquiry(
        @Nullable String subscriber,
        @Nullable String poolId,
        @Nullable String space,
        @Nullable Prefix address) {
    static Inquiry bySubscriber(String subscriber, @Nullable String poolId) {
        return new Inquiry(subscriber, poolId, null, null);
    }

    static Inquiry byAddress(String space, Prefix address) {
        return new Inquiry(null, null, space, address);
    }

    /** Whether an allocation that another node found is one that was asked for. */
    boolean wants(Allocation allocation) {
        return poolId == null || poolId.equals(allocation.poolId());
    }
}
