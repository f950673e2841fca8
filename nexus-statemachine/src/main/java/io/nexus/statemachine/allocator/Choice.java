package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.rows.FormerRow;
import org.jspecify.annotations.Nullable;

/** Which unit an owner gets that has none in the pool yet. Lives for one batch. */
final class Choice {
    private final StepDraft draft;

    Choice(StepDraft draft) {
        this.draft = draft;
    }

    /**
     * The outcome of a choice.
     *
     * @param unit {@link UnitBitmap#NONE} if there is none for it
     * @param inTurn the next one by the pool's policy
     * @param isReturn it is what its owner had last
     */
    record Chosen(long unit, boolean inTurn, boolean isReturn) {
        private static final Chosen NOTHING = new Chosen(UnitBitmap.NONE, false, false);
    }

    /**
     * What it had, else the next one by policy, else what is held for somebody else and may be given if need be.
     *
     * @param known what the owner may come back to; null: nothing
     * @param seed for policy RANDOM
     */
    Chosen any(PoolState pool, @Nullable Held known, long seed) {
        if (known != null && !pool.plan().isWithheld(known.unit())) {
            return new Chosen(known.unit(), false, true);
        }
        long next = pool.nextFree(seed);
        if (next != UnitBitmap.NONE) {
            return new Chosen(next, true, false);
        }
        FormerRow yielding = left(pool, pool.leftovers().firstYielding());
        if (yielding != null && yielding.restedAtMillis() <= draft.clockMillis()) {
            return new Chosen(pool.leftovers().firstYielding(), false, false);
        }
        FormerRow kept = left(pool, pool.leftovers().firstKept());
        return kept != null && kept.freeAtMillis() <= draft.clockMillis()
                ? new Chosen(pool.leftovers().firstKept(), false, false)
                : Chosen.NOTHING;
    }

    /** Not of one that the pool withholds since: the next of its kind comes when its time is over. */
    private @Nullable FormerRow left(PoolState pool, long unit) {
        return unit == UnitBitmap.NONE || pool.plan().isWithheld(unit)
                ? null
                : draft.at(pool, unit).former();
    }

    /** Why somebody may not have exactly this unit, which is inside the pool and not withheld; null: it may. */
    Outcome.@Nullable Rejected refusal(PoolState pool, long unit, Identity owner, byte[] mac) {
        Claimant claimant = pool.reservations().at(unit);
        if (claimant != null && !claimant.is(owner, mac)) {
            return Refusals.reserved(pool, unit);
        }
        if (pool.isAllocated(unit)) {
            return Refusals.taken(pool, unit);
        }
        FormerRow left = pool.isFormer(unit) ? left(pool, unit) : null;
        long now = draft.clockMillis();
        if (left == null || left.freeAtMillis() <= now) {
            return null;
        }
        return switch (left.kind()) {
            case DECLINED -> Refusals.declined(pool, unit);
            case RESTING -> Refusals.quarantined(pool, unit);
            case YIELDING ->
                left.owner().equals(owner) || left.restedAtMillis() <= now ? null : Refusals.quarantined(pool, unit);
            case KEPT -> {
                if (left.owner().equals(owner)) {
                    yield null;
                }
                yield left.heldUntilMillis() <= now ? Refusals.quarantined(pool, unit) : Refusals.held(pool, unit);
            }
        };
    }
}
