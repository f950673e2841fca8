package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.UnitRow;
import org.jspecify.annotations.Nullable;

/** A unit in a batch: its row before the batch and as it is at this point. Changed by {@link StepDraft}. */
final class Held {
    private final PoolState pool;
    private final long unit;
    private final byte @Nullable [] before;
    private @Nullable UnitRow now;

    Held(PoolState pool, long unit, byte @Nullable [] before, @Nullable UnitRow now) {
        this.pool = pool;
        this.unit = unit;
        this.before = before;
        this.now = now;
    }

    PoolState pool() {
        return pool;
    }

    long unit() {
        return unit;
    }

    /** The row as it is stored; null if the unit had none before the batch. */
    byte @Nullable [] before() {
        return before;
    }

    /** Null where the unit is free by now. */
    @Nullable
    UnitRow now() {
        return now;
    }

    boolean isAllocated() {
        return now instanceof AllocationRow;
    }

    /** The row of a unit that is allocated. */
    AllocationRow row() {
        Invariant.check(isAllocated(), "unit %d of pool %d is taken by no row", unit, pool.instance());
        return (AllocationRow) Invariant.present(now, "unit %d of pool %d has no row", unit, pool.instance());
    }

    /** What is left of the last allocation; null: nothing, or the unit is allocated. */
    @Nullable
    FormerRow former() {
        return now instanceof FormerRow former ? former : null;
    }

    /** @param generation 0: any will do */
    boolean isOf(int generation) {
        return generation == 0 || row().causalLength() == generation;
    }

    void become(@Nullable UnitRow row) {
        now = row;
    }

    Allocation allocation() {
        return row().toAllocation(pool.entry(), unit);
    }
}
