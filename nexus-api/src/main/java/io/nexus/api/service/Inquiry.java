package io.nexus.api.service;

import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for: a subscriber's allocations, or the allocation that contains an address.
 *
 * @param poolId only of this pool; null: any
 * @param space of the address
 * @param token a write that the answer should reflect; null: none
 */
record Inquiry(
        @Nullable String subscriber,
        @Nullable String poolId,
        @Nullable String space,
        @Nullable Prefix address,
        @Nullable Token token) {
    static Inquiry bySubscriber(String subscriber, @Nullable String poolId) {
        return new Inquiry(subscriber, poolId, null, null, null);
    }

    static Inquiry byAddress(String space, Prefix address) {
        return new Inquiry(null, null, space, address, null);
    }

    Inquiry reflecting(@Nullable Token write) {
        return new Inquiry(subscriber, poolId, space, address, write);
    }

    /** Whether an allocation that another node found is one that was asked for. */
    boolean wants(Allocation allocation) {
        return poolId == null || poolId.equals(allocation.poolId());
    }
}
