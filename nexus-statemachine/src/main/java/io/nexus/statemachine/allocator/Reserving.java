package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command.Reserve;
import io.nexus.statemachine.command.Command.Unreserve;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.ReservationRow;
import org.jspecify.annotations.Nullable;

/** Reserve and unreserve: idempotent by their content. Lives for one batch. */
final class Reserving {
    private final StepDraft draft;

    Reserving(StepDraft draft) {
        this.draft = draft;
    }

    Outcome reserve(Reserve command, @Nullable PoolState pool) {
        Rejected refusal = refusal(command.instance(), command.prefix(), pool);
        if (refusal != null || pool == null) {
            return refusal == null ? Refusals.unknownPool(command.instance()) : refusal;
        }
        long unit = pool.plan().unit(command.prefix()).orElseThrow();
        if (pool.plan().isWithheld(unit)) {
            return Refusals.withheld(pool, command.prefix());
        }
        Claimant claimant = command.claimant();
        Claimant already = pool.reservations().at(unit);
        if (claimant.equals(already)) {
            return Accepted.of(false, pool.entry());
        }
        if (already != null) {
            return Rejected.because(Reason.ADDRESS_RESERVED, "%s is reserved for %s", command.prefix(), already);
        }
        long other = pool.reservations().of(claimant);
        if (other != UnitBitmap.NONE) {
            return Rejected.because(
                    Reason.ADDRESS_RESERVED,
                    "%s is reserved for %s already",
                    pool.plan().prefix(other),
                    claimant);
        }
        if (pool.reservations().size() >= Reservations.RESERVATIONS_MAX) {
            return Refusals.invalid(
                    "ip",
                    "a pool has at most " + Reservations.RESERVATIONS_MAX + " reservations, and this one has them");
        }
        Held held = draft.at(pool, unit);
        if (held.isAllocated() && !claimant.is(held.row().owner(), held.row().mac())) {
            return Refusals.taken(pool, unit);
        }
        clear(held);
        pool.reserve(unit, claimant);
        draft.put(pool, unit, new ReservationRow(claimant));
        return Accepted.of(true, pool.entry());
    }

    /** Nobody comes back to a unit that is reserved from now on; but it rests as long as it would have. */
    private void clear(Held held) {
        FormerRow left = held.former();
        if (left != null && left.kind() != FormerRow.Kind.DECLINED) {
            FormerRow resting = Remains.abandoned(left, draft);
            draft.become(held, left, resting == null ? null : Remains.unusable(resting, draft));
        }
    }

    Outcome unreserve(Unreserve command, @Nullable PoolState pool) {
        Rejected refusal = refusal(command.instance(), command.prefix(), pool);
        if (refusal != null || pool == null) {
            return refusal == null ? Refusals.unknownPool(command.instance()) : refusal;
        }
        long unit = pool.plan().unit(command.prefix()).orElseThrow();
        Claimant claimant = pool.reservations().at(unit);
        if (claimant == null) {
            return Accepted.of(false, pool.entry());
        }
        pool.unreserve(unit);
        draft.put(pool, unit, null);
        return Accepted.of(true, pool.entry());
    }

    private static @Nullable Rejected refusal(int instance, Prefix prefix, @Nullable PoolState pool) {
        if (pool == null) {
            return Refusals.unknownPool(instance);
        }
        if (pool.isSealed()) {
            return Refusals.sealed(pool);
        }
        return pool.plan().unit(prefix).isEmpty() ? Refusals.notOfPool(pool, prefix) : null;
    }
}
