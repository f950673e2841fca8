package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import org.jspecify.annotations.Nullable;

/** Whether a pool may become another one while it is in use. Pure. */
final class PoolAmendment {
    private PoolAmendment() {}

    /** Null: it may. */
    static @Nullable Rejected problem(PoolSpec now, PoolSpec wanted) {
        if (!wanted.id().equals(now.id())) {
            return invalid("id", "the id of a pool stays");
        }
        if (!wanted.space().equals(now.space())) {
            return invalid("space", "pool " + now.id() + " stays in space " + now.space());
        }
        if (wanted.unitLength() != now.unitLength()) {
            return invalid("prefix_length", "pool " + now.id() + " hands out /" + now.unitLength() + " for good");
        }
        Prefix cidr = wanted.cidr();
        boolean grows = cidr.family() == now.cidr().family() && cidr.contains(now.cidr());
        return grows
                ? null
                : invalid(
                        "cidr",
                        cidr + " does not contain " + now.cidr() + ": a pool only grows; exclude what is to"
                                + " leave it");
    }

    /** The wanted pool with the numbers of units that it had before. */
    static PoolSpec keepingUnits(PoolSpec now, PoolSpec wanted) {
        return new PoolSpec(
                wanted.id(),
                wanted.space(),
                wanted.cidr(),
                wanted.unitLength(),
                wanted.gateway(),
                wanted.exclusions(),
                wanted.dns(),
                wanted.defaultTtlSeconds(),
                wanted.metadata(),
                wanted.terms(),
                now.origin());
    }

    private static Rejected invalid(String field, String detail) {
        return new Rejected(Reason.INVALID_FIELD, field, detail);
    }
}
