package io.nexus.api.service;

import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pools as this node knows them, in memory, fed by the steps of every stream. Thread-safe, never blocks; may lag the
 * owner like any copy.
 */
public interface PoolDirectory {
    /** From the catalogue (stream 0). */
    @Nullable
    PoolEntry byId(String poolId);

    /** From the segment's own stream, so it is there whenever an allocation of the instance is. */
    @Nullable
    PoolEntry byInstance(int instance);

    /** The pool of the space whose CIDR contains the prefix. */
    @Nullable
    PoolEntry containing(String space, Prefix prefix);

    /** Pools of the space whose CIDR contains the prefix, also those that have ended, as far as their rows are here. */
    List<PoolEntry> everContaining(String space, Prefix prefix);

    /** All of the catalogue, by id. */
    List<PoolEntry> all();

    /** Null while the segment has not opened the pool. */
    @Nullable
    PoolUse use(int instance);

    /**
     * @param size units that can be handed out: all less network, broadcast, gateway and exclusions
     * @param sealed no more allocations
     * @param resting units that nobody has and that are not free for everybody: held, in quarantine, declined
     */
    record PoolUse(long allocated, long size, boolean sealed, long resting) {
        /** With nothing at rest. */
        public PoolUse(long allocated, long size, boolean sealed) {
            this(allocated, size, sealed, 0);
        }
    }
}
