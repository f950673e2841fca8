package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.AllocationRow;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The answers "no" of a segment, and the checks that every command shares. Names no subscriber but the caller's. */
final class Refusals {
    private static final int UTF8_BYTES_PER_CHAR_MAX = 3;

    private Refusals() {}

    static Rejected unknownPool(int instance) {
        return Rejected.because(Reason.NO_SUCH_POOL, "no pool instance %d in this segment", instance);
    }

    static Rejected sealed(PoolState pool) {
        return Rejected.because(
                Reason.POOL_SEALED,
                "pool %s is being deleted",
                pool.entry().spec().id());
    }

    static Rejected draining(PoolState pool) {
        return Rejected.because(
                Reason.POOL_DRAINING,
                "pool %s is being emptied",
                pool.entry().spec().id());
    }

    /** Null if the owner and MAC can be stored. Requests were checked before; a log entry is checked again. */
    static @Nullable Rejected ofOwner(Identity owner, byte[] mac, Attachment attachment) {
        if (!attachment.isPossible()) {
            return invalid(
                    "gateway_id",
                    "must have at most " + Attachment.GATEWAY_BYTES_MAX + " bytes, and circuit_id at most "
                            + Attachment.CIRCUIT_BYTES_MAX);
        }
        if (!isPossible(owner.subscriber())) {
            return invalid("subscriber_id", "must have 1 to " + AllocationRow.SUBSCRIBER_BYTES_MAX + " bytes");
        }
        if (owner.duid().length > AllocationRow.DUID_BYTES_MAX) {
            return invalid("duid", "must have at most " + AllocationRow.DUID_BYTES_MAX + " octets");
        }
        return mac.length == 0 || mac.length == AllocationRow.MAC_BYTES ? null : invalid("mac", "must have six octets");
    }

    private static boolean isPossible(String subscriber) {
        boolean isSurelyShort = subscriber.length() <= AllocationRow.SUBSCRIBER_BYTES_MAX / UTF8_BYTES_PER_CHAR_MAX;
        return !subscriber.isEmpty()
                && (isSurelyShort
                        || subscriber.getBytes(StandardCharsets.UTF_8).length <= AllocationRow.SUBSCRIBER_BYTES_MAX);
    }

    /** Of a prefix that is no unit of the pool. */
    static Rejected notOfPool(PoolState pool, Prefix prefix) {
        AddressPlan plan = pool.plan();
        Prefix cidr = pool.entry().spec().cidr();
        if (!cidr.contains(prefix)) {
            return invalid("ip", prefix + " is not inside " + cidr);
        }
        return invalid(
                "ip",
                prefix + " is not a /" + plan.prefix(0).length() + ", which pool "
                        + pool.entry().spec().id() + " hands out");
    }

    static Rejected invalid(String field, String detail) {
        return new Rejected(Reason.INVALID_FIELD, field, detail);
    }

    static Rejected idReused(String what) {
        return new Rejected(Reason.REQUEST_ID_REUSED, "request_id", "was used before for " + what);
    }

    static Rejected exhausted(PoolState pool) {
        String poolId = pool.entry().spec().id();
        if (!pool.hasCausalLengthLeft()) {
            return Rejected.because(
                    Reason.POOL_EXHAUSTED, "pool %s has changed hands too often: create it again", poolId);
        }
        return pool.leftovers().count() == 0
                ? Rejected.because(Reason.POOL_EXHAUSTED, "all %d of pool %s are allocated", pool.allocated(), poolId)
                : Rejected.because(
                        Reason.POOL_EXHAUSTED,
                        "%d of pool %s are allocated and %d are held, in quarantine or declined",
                        pool.allocated(),
                        poolId,
                        pool.leftovers().count());
    }

    static Rejected limit(PoolState pool, Identity owner) {
        return Rejected.because(
                Reason.SUBSCRIBER_LIMIT,
                "%s has %d in pool %s already, and no subscriber may have more",
                owner.subscriber(),
                pool.terms().subscriberLimit(),
                pool.entry().spec().id());
    }

    static Rejected taken(PoolState pool, long unit) {
        return Rejected.because(
                Reason.ADDRESS_TAKEN, "%s has another holder", pool.plan().prefix(unit));
    }

    static Rejected withheld(PoolState pool, Prefix prefix) {
        return Rejected.because(
                Reason.NOT_ALLOCATABLE,
                "%s is kept out of pool %s: network, broadcast, gateway or excluded",
                prefix,
                pool.entry().spec().id());
    }

    static Rejected reserved(PoolState pool, long unit) {
        return Rejected.because(
                Reason.ADDRESS_RESERVED,
                "%s is reserved for somebody else",
                pool.plan().prefix(unit));
    }

    static Rejected held(PoolState pool, long unit) {
        return Rejected.because(
                Reason.ADDRESS_HELD,
                "%s is held for its last owner",
                pool.plan().prefix(unit));
    }

    static Rejected quarantined(PoolState pool, long unit) {
        return Rejected.because(
                Reason.ADDRESS_QUARANTINED,
                "%s was released a short time ago and rests",
                pool.plan().prefix(unit));
    }

    static Rejected declined(PoolState pool, long unit) {
        return Rejected.because(
                Reason.ADDRESS_DECLINED,
                "%s was found in use by somebody else and rests",
                pool.plan().prefix(unit));
    }

    /** Says nothing of the generation that is: a repetition gets the same answer when it is another one again. */
    static Rejected generationChanged(PoolState pool, Identity owner, int generation) {
        return Rejected.because(
                Reason.GENERATION_CHANGED,
                "what %s holds in pool %s is not of generation %d: it was released and allocated again since",
                owner.subscriber(),
                pool.entry().spec().id(),
                generation);
    }

    static Rejected nothingHeld(PoolState pool, Identity owner, @Nullable Prefix prefix) {
        String poolId = pool.entry().spec().id();
        return prefix == null
                ? Rejected.because(Reason.NO_SUCH_ALLOCATION, "%s holds nothing in pool %s", owner.subscriber(), poolId)
                : Rejected.because(
                        Reason.NO_SUCH_ALLOCATION,
                        "%s does not hold %s in pool %s",
                        owner.subscriber(),
                        prefix,
                        poolId);
    }
}
