package io.nexus.statemachine.command;

import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import org.jspecify.annotations.Nullable;

/** An intent that the log orders. Everything that apply needs is in it: no clock, no randomness, no look outside. */
public sealed interface Command {

    /* --------------- segment groups --------------- */

    /**
     * Makes a pool instance, or a later revision of it, known to its segment. Accepted again if it is known already, or
     * a later one is.
     */
    record OpenPool(PoolEntry pool) implements Command {}

    /** Ends a pool instance that has no allocations; from then on POOL_SEALED. Accepted again if it ended already. */
    record SealPool(int instance) implements Command {}

    /**
     * @param requested give exactly this one; null: any
     * @param type null: SESSION if a lease time applies, else PERMANENT
     * @param ttlSeconds 0: the pool's default
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Allocate(
            int instance,
            Identity owner,
            byte[] mac,
            @Nullable Prefix requested,
            @Nullable AllocType type,
            long ttlSeconds,
            Attachment attachment)
            implements Command {
        /** From nowhere in particular. */
        public Allocate(
                int instance,
                Identity owner,
                byte[] mac,
                @Nullable Prefix requested,
                @Nullable AllocType type,
                long ttlSeconds) {
            this(instance, owner, mac, requested, type, ttlSeconds, Attachment.NONE);
        }
    }

    /**
     * Like an allocate, but what is given ends by itself unless it is confirmed. What the owner has already is answered
     * unchanged.
     *
     * @param requested offer exactly this one; null: any
     * @param ttlSeconds how long the offer stands; 0: as the pool says
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Offer(
            int instance,
            Identity owner,
            byte[] mac,
            @Nullable Prefix requested,
            long ttlSeconds,
            Attachment attachment)
            implements Command {}

    /**
     * Makes an offer an allocation; extends one that is confirmed already.
     *
     * @param prefix only this one; null: whatever was offered
     * @param type null: SESSION if a lease time applies, else PERMANENT
     * @param ttlSeconds 0: the pool's default
     */
    record Confirm(
            int instance,
            Identity owner,
            @Nullable Prefix prefix,
            @Nullable AllocType type,
            long ttlSeconds) implements Command {}

    /**
     * Ends an allocation whose owner found the address in use elsewhere: nobody gets it for the pool's time.
     *
     * @param prefix only this one; null: whatever the owner holds in the pool
     * @param generation only if what the owner holds has this causal length; 0: whatever it has
     */
    record Decline(int instance, Identity owner, @Nullable Prefix prefix, int generation) implements Command {
        public Decline(int instance, Identity owner, @Nullable Prefix prefix) {
            this(instance, owner, prefix, 0);
        }
    }

    /**
     * Extends the lease that the owner has, never shortens it.
     *
     * @param generation only if what the owner holds has this causal length; 0: whatever it has
     */
    record Renew(int instance, Identity owner, long ttlSeconds, int generation) implements Command {
        public Renew(int instance, Identity owner, long ttlSeconds) {
            this(instance, owner, ttlSeconds, 0);
        }
    }

    /**
     * Frees what the owner holds in the pool.
     *
     * @param prefix only this one; null: whatever it is
     * @param generation only if what the owner holds has this causal length; 0: whatever it has
     */
    record Release(int instance, Identity owner, @Nullable Prefix prefix, int generation) implements Command {
        public Release(int instance, Identity owner, @Nullable Prefix prefix) {
            this(instance, owner, prefix, 0);
        }
    }

    /** Frees those of the units whose lease, offer or hold has ended by the state's clock; proposed by the leader only. */
    @SuppressWarnings("ArrayRecordComponent")
    record Expire(int instance, long[] units) implements Command {}

    /**
     * Forgets those of the rows of history that are older than their pool keeps; proposed by the leader only.
     *
     * @param ended when each of them ended, by position of its unit
     */
    @SuppressWarnings("ArrayRecordComponent")
    record ForgetHistory(int instance, long[] units, long[] ended) implements Command {
        public ForgetHistory {
            if (units.length != ended.length) {
                throw new IllegalArgumentException(units.length + " units, " + ended.length + " times");
            }
        }
    }

    /**
     * Reserves a unit: nobody but the claimant gets it from then on. Accepted again if it is reserved so already; what
     * somebody else has cannot be reserved.
     */
    record Reserve(int instance, Prefix prefix, Claimant claimant) implements Command {}

    /** Ends a reservation; who holds the unit keeps it. Accepted again if there is none. */
    record Unreserve(int instance, Prefix prefix) implements Command {}

    /** Moves the state's clock on, on a group with no other traffic. */
    record Tick() implements Command {}

    /* --------------- meta group --------------- */

    /** The founding act; accepted again if it is the same cluster. */
    record FoundCluster(ClusterPlan plan) implements Command {}

    /** Enters a pool into the catalogue; answers its entry. Accepted again with an equal spec. */
    record CreatePool(PoolSpec spec) implements Command {}

    /**
     * Changes a pool; answers its entry. Id, space and what is handed out stay, the CIDR may only grow. Accepted again
     * with an equal spec.
     *
     * @param revision of the entry that the change was made from
     */
    record UpdatePool(int instance, int revision, PoolSpec spec) implements Command {}

    /** Reads a pool's entry at the head of the log: the answer of the owner, not of a copy. */
    record FindPool(String poolId) implements Command {}

    /** Takes a sealed instance out of the catalogue. Accepted again if it is gone already. */
    record RemovePool(int instance) implements Command {}

    /** Gives the seats of a node that lost its disk to the new node at its address. */
    record ReplaceNode(String oldNodeId, NodeEntry node) implements Command {}
}
