package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.UnitRange;
import io.nexus.statemachine.rows.CountersRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the owner derives from the rows of one pool instance. Single-threaded. */
final class PoolState {
    /** Beyond this the causal lengths of a pool instance are used up: a billion changes of hands. */
    private static final int FLOOR_MAX = Integer.MAX_VALUE - 3;

    private final PoolEntry entry;
    private final AddressPlan plan;
    private final UnitBitmap units;
    private boolean sealed;
    private int floor;
    private long cursor;
    private byte @Nullable [] storedCounters;

    /** Throws IllegalArgumentException for a pool that the catalogue should not have let in. */
    PoolState(PoolEntry entry, boolean sealed) {
        this.entry = entry;
        this.plan = AddressPlan.of(entry.spec());
        this.units = new UnitBitmap(plan.unitCount());
        this.sealed = sealed;
        for (UnitRange range : plan.withheld()) {
            units.reserve(range.first(), range.last());
        }
    }

    int instance() {
        return entry.instance();
    }

    PoolEntry entry() {
        return entry;
    }

    AddressPlan plan() {
        return plan;
    }

    boolean isSealed() {
        return sealed;
    }

    void seal() {
        Invariant.check(!sealed && units.allocated() == 0, "pool %d cannot be sealed", instance());
        sealed = true;
    }

    int floor() {
        return floor;
    }

    long allocated() {
        return units.allocated();
    }

    boolean isAllocated(long unit) {
        return unit >= 0 && unit < units.units() && units.isTaken(unit) && !plan.isWithheld(unit);
    }

    /** The unit that is next in turn; {@link UnitBitmap#NONE} if the pool is exhausted. */
    long nextFree() {
        return units.nextFree(cursor);
    }

    /** False once the pool instance has changed hands so often that its causal lengths are used up. */
    boolean hasCausalLengthLeft() {
        return floor < FLOOR_MAX;
    }

    /** Takes a free unit; the cursor goes past it if it was the one in turn. Answers its causal length. */
    int take(long unit, boolean inTurn) {
        Invariant.check(!sealed, "allocation in the sealed pool %d", instance());
        units.set(unit);
        if (inTurn) {
            cursor = unit + 1 == units.units() ? 0 : unit + 1;
        }
        return floor + 1;
    }

    /** @param causalLength of the allocation that ends */
    void free(long unit, int causalLength) {
        Invariant.check(isPossible(causalLength), "causal length %d above floor %d", causalLength, floor);
        units.clear(unit);
        floor = Math.max(floor, causalLength + 1);
    }

    /* --------------- rows --------------- */

    /** An allocation row that was found at the start. */
    void found(long unit, int causalLength) {
        Invariant.check(!sealed, "allocation of unit %d in the sealed pool %d", unit, instance());
        Invariant.check(!plan.isWithheld(unit), "unit %d of pool %d is never allocated", unit, instance());
        Invariant.check(isPossible(causalLength), "causal length %d above floor %d", causalLength, floor);
        units.set(unit);
    }

    private boolean isPossible(int causalLength) {
        return (causalLength & 1) == 1 && causalLength <= floor + 1;
    }

    /** The counters row that was found at the start. */
    void found(CountersRow counters) {
        Invariant.check(storedCounters == null, "counters of pool %d twice", instance());
        Invariant.check(
                counters.size() == plan.allocatable() && counters.cursor() < plan.unitCount(),
                "counters of pool %d do not fit it: %s",
                instance(),
                counters);
        floor = counters.floor();
        cursor = counters.cursor();
        storedCounters = counters.encode();
    }

    CountersRow counters() {
        return new CountersRow(floor, cursor, units.allocated(), plan.allocatable());
    }

    /** Checks what was found at the start against itself. */
    void checkLoaded() {
        Invariant.check(storedCounters != null, "no counters of pool %d", instance());
        Invariant.check(
                Arrays.equals(storedCounters, counters().encode()),
                "pool %d has %d allocations and its counters say otherwise",
                instance(),
                units.allocated());
    }

    /** The counters row as it was stored last; null if there is none yet. */
    byte @Nullable [] storedCounters() {
        return storedCounters;
    }

    void countersStored(byte[] value) {
        storedCounters = value;
    }
}
