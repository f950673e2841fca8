package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.UnitRange;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.FormerRow;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** What the owner derives from the rows of one pool instance. Single-threaded. */
final class PoolState {
    /** Beyond this the causal lengths of a pool instance are used up: a billion changes of hands. */
    private static final int FLOOR_MAX = Integer.MAX_VALUE - 3;

    private static final long UNSIGNED = 0xffff_ffffL;

    private PoolEntry entry;
    private AddressPlan plan;
    /** Where the next free unit is sought: taken are those withheld, given, left or reserved. */
    private UnitBitmap units;

    private final RoaringBitmap given = new RoaringBitmap();
    private final Leftovers leftovers = new Leftovers();
    private final Reservations reservations = new Reservations();
    private final RoaringBitmap reserved = new RoaringBitmap();
    private long allocated;
    private boolean sealed;
    private int floor;
    private long cursor;
    private byte @Nullable [] storedCounters;

    /** Throws IllegalArgumentException for a pool that the catalogue should not have let in. */
    PoolState(PoolEntry entry, boolean sealed) {
        this.entry = entry;
        this.plan = AddressPlan.of(entry.spec());
        this.units = search(plan);
        this.sealed = sealed;
    }

    private static UnitBitmap search(AddressPlan plan) {
        UnitBitmap units = new UnitBitmap(plan.unitCount());
        for (UnitRange range : plan.withheld()) {
            units.reserve(range.first(), range.last());
        }
        return units;
    }

    /**
     * A later revision. Units that it withholds and that are given stay given until they end.
     *
     * <p>Takes as long as going through all units that are taken: a second for a full pool of a /8.
     *
     * @param next of the same instance; its units have the same numbers
     */
    void amend(PoolEntry next) {
        plan = AddressPlan.of(next.spec()); // throws, before anything is changed, what the constructor throws
        entry = next;
        units = search(plan);
        cursor = cursor < plan.unitCount() ? cursor : 0;
        for (RoaringBitmap taken : List.of(given, leftovers.units(), reserved)) {
            taken.forEach((int unit) -> occupy(unit & UNSIGNED));
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
        Invariant.check(!sealed && allocated() == 0, "pool %d cannot be sealed", instance());
        sealed = true;
    }

    int floor() {
        return floor;
    }

    PoolTerms terms() {
        return entry.spec().terms();
    }

    long allocated() {
        return allocated;
    }

    /** Units that nobody has but that are not free for everybody. */
    Leftovers leftovers() {
        return leftovers;
    }

    boolean isAllocated(long unit) {
        return isInside(unit) && given.contains((int) unit);
    }

    /** True if nobody has the unit but something is left of the last allocation. */
    boolean isFormer(long unit) {
        return isInside(unit) && leftovers.contains(unit);
    }

    boolean isInside(long unit) {
        return unit >= 0 && unit < units.units();
    }

    /**
     * The free unit that is next by the pool's policy; {@link UnitBitmap#NONE} if there is none.
     *
     * @param seed decides where to look by policy RANDOM: any number, the same on every member
     */
    long nextFree(long seed) {
        return switch (terms().policy()) {
            case ROTATE -> units.nextFree(cursor);
            case LOWEST, LRU -> units.nextFree(0);
            case RANDOM -> units.nextFree(Long.remainderUnsigned(mix(seed), units.units()));
        };
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    private static long mix(long seed) {
        long z = (seed ^ (seed >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** False once the pool instance has changed hands so often that its causal lengths are used up. */
    boolean hasCausalLengthLeft() {
        return floor < FLOOR_MAX;
    }

    /** Of the next allocation. */
    int nextCausalLength() {
        return floor + 1;
    }

    /**
     * Takes a unit that is free, or that this is left of.
     *
     * @param inTurn it was the next by policy: the turn goes on after it
     */
    void take(long unit, @Nullable FormerRow left, boolean inTurn) {
        Invariant.check(!sealed, "allocation in the sealed pool %d", instance());
        if (left != null) {
            leftovers.remove(unit, left);
        } else {
            Invariant.check(!isAllocated(unit) && !isFormer(unit), "unit %d is taken already", unit);
        }
        occupy(unit);
        given.add((int) unit);
        allocated++;
        if (inTurn && terms().policy() == AllocPolicy.ROTATE) {
            cursor = unit + 1 == units.units() ? 0 : unit + 1;
        }
    }

    /**
     * An allocation ends.
     *
     * @param causalLength of the allocation
     * @param left null: the unit is free
     */
    void end(long unit, int causalLength, @Nullable FormerRow left) {
        Invariant.check(isPossible(causalLength), "causal length %d above floor %d", causalLength, floor);
        Invariant.check(isAllocated(unit), "unit %d is free already", unit);
        floor = Math.max(floor, causalLength + 1);
        given.remove((int) unit);
        allocated--;
        if (left == null) {
            vacate(unit);
        } else {
            leftovers.add(unit, left);
        }
    }

    /** The unit is not to be found any more. */
    private void occupy(long unit) {
        if (!units.isTaken(unit)) {
            units.set(unit);
        }
    }

    /** The unit is to be found again unless something else keeps it. */
    private void vacate(long unit) {
        int bit = (int) unit;
        boolean isKept = given.contains(bit) || leftovers.contains(unit) || reserved.contains(bit);
        if (!isKept && !plan.isWithheld(unit)) {
            units.clear(unit);
        }
    }

    /** The unit that is reserved for who asks, unless the pool withholds it since; {@link UnitBitmap#NONE}: there is none. */
    long reservedFor(Identity owner, byte[] mac) {
        long unit = reservations.of(owner, mac);
        return unit == UnitBitmap.NONE || plan.isWithheld(unit) ? UnitBitmap.NONE : unit;
    }

    Reservations reservations() {
        return reservations;
    }

    /** From now on the unit is the claimant's; its row, if it has one, does not change. */
    void reserve(long unit, Claimant claimant) {
        reservations.add(unit, claimant);
        reserved.add((int) unit);
        occupy(unit);
    }

    void unreserve(long unit) {
        reservations.remove(unit);
        reserved.remove((int) unit);
        vacate(unit);
    }

    /**
     * What was left of an allocation is something else now.
     *
     * @param after null: the unit is free
     */
    void change(long unit, FormerRow before, @Nullable FormerRow after) {
        leftovers.remove(unit, before);
        if (after == null) {
            vacate(unit);
        } else {
            leftovers.add(unit, after);
        }
    }

    /* --------------- rows --------------- */

    /** An allocation row that was found at the start. */
    void found(long unit, int causalLength) {
        Invariant.check(!sealed, "allocation of unit %d in the sealed pool %d", unit, instance());
        Invariant.check(isInside(unit), "unit %d is not in pool %d", unit, instance());
        Invariant.check(isPossible(causalLength), "causal length %d above floor %d", causalLength, floor);
        occupy(unit);
        given.add((int) unit);
        allocated++;
    }

    /** A row of what is left of an allocation that was found at the start. */
    void found(long unit, FormerRow left) {
        Invariant.check(isInside(unit), "unit %d is not in pool %d", unit, instance());
        Invariant.check(left.causalLength() <= floor, "causal length %d above floor %d", left.causalLength(), floor);
        occupy(unit);
        leftovers.add(unit, left);
    }

    /** A reservation that was found at the start, after the rows of the units. */
    void found(long unit, Claimant claimant) {
        Invariant.check(isInside(unit), "unit %d is not in pool %d", unit, instance());
        reserve(unit, claimant);
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
        return new CountersRow(floor, cursor, allocated(), plan.allocatable(), leftovers.count());
    }

    /** Checks what was found at the start against itself. */
    void checkLoaded() {
        Invariant.check(storedCounters != null, "no counters of pool %d", instance());
        Invariant.check(
                Arrays.equals(storedCounters, counters().encode()),
                "pool %d has %d allocations and %d more rows, and its counters say otherwise",
                instance(),
                allocated(),
                leftovers.count());
    }

    /** The counters row as it was stored last; null if there is none yet. */
    byte @Nullable [] storedCounters() {
        return storedCounters;
    }

    void countersStored(byte[] value) {
        storedCounters = value;
    }
}
