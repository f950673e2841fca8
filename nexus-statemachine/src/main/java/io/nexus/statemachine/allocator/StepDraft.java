package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.ReservationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is about to do: the stored rows with the changes of its earlier commands laid over them, so that each
 * command sees what those before it did. Bitmaps, counters and the expiry index change with the draft, so they always
 * agree with it. Lives for one batch.
 */
final class StepDraft {
    private final Rows rows;
    private final ExpiryIndex expiry;
    private final long clockMillis;
    private final int incarnation;
    private final long seq;

    private final Map<Long, Held> changed = new HashMap<>(); // by instance and unit; never iterated
    private final List<Held> changedInOrder = new ArrayList<>();
    private final Map<Long, List<Held>> changedByOwner = new HashMap<>(); // by subscriber hash; never iterated
    private final Map<Integer, PoolState> pools = new TreeMap<>();
    private final Map<Integer, PoolUpdate> poolUpdates = new TreeMap<>();

    private final Map<ByteBuffer, ReservationUpdate> reservationUpdates = new LinkedHashMap<>(); // by key
    private final HistoryNotes history;

    @SuppressWarnings("ArrayRecordComponent")
    private record PoolUpdate(byte @Nullable [] before, PoolRow after) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record ReservationUpdate(byte @Nullable [] before, byte @Nullable [] after) {}

    StepDraft(Rows rows, ExpiryIndex expiry, long clockMillis, int incarnation, long seq) {
        this.rows = rows;
        this.expiry = expiry;
        this.clockMillis = clockMillis;
        this.incarnation = incarnation;
        this.seq = seq;
        this.history = new HistoryNotes(rows, clockMillis);
    }

    /** The state's clock in this batch. */
    long clockMillis() {
        return clockMillis;
    }

    int incarnation() {
        return incarnation;
    }

    long seq() {
        return seq;
    }

    /* --------------- reading --------------- */

    /** What the owner holds in the pool; null: nothing. */
    @Nullable
    Held find(PoolState pool, Identity owner) {
        Held known = ofOwner(pool, owner);
        return known != null && known.isAllocated() ? known : null;
    }

    /** What the owner holds in the pool, or may come back to; null: nothing. */
    @Nullable
    Held ofOwner(PoolState pool, Identity owner) {
        long hash = SubscriberHash.of(owner.subscriber());
        for (Held held : changedByOwner.getOrDefault(hash, List.of())) {
            if (held.pool() == pool && isOf(held.now(), owner)) {
                return held;
            }
        }
        return findStored(pool, owner, hash);
    }

    private static boolean isOf(@Nullable UnitRow row, Identity owner) {
        boolean leads = row instanceof AllocationRow
                || (row instanceof FormerRow former && former.kind().isForItsOwner());
        return leads && row != null && row.owner().equals(owner);
    }

    private @Nullable Held findStored(PoolState pool, Identity owner, long hash) {
        List<Held> found = new ArrayList<>(1);
        rows.holdings(hash, (key, value) -> {
            // A unit that the batch changed was found above if it is still the owner's.
            if (RowKeys.instance(key) == pool.instance() && !changed.containsKey(id(pool, RowKeys.unit(key)))) {
                UnitRow row = UnitRow.decode(value);
                if (row.owner().equals(owner)) {
                    found.add(stored(pool, RowKeys.unit(key), value.clone(), row));
                }
            }
        });
        Invariant.check(found.size() <= 1, "%d allocations of one owner in pool %d", found.size(), pool.instance());
        return found.isEmpty() ? null : found.get(0);
    }

    /** How many allocations the subscriber has in the pool, under whatever DUID. */
    int count(PoolState pool, String subscriber) {
        long hash = SubscriberHash.of(subscriber);
        int[] count = {0};
        for (Held held : changedByOwner.getOrDefault(hash, List.of())) {
            UnitRow now = held.now();
            boolean counts = held.pool() == pool && now instanceof AllocationRow;
            count[0] += counts && now != null && now.owner().subscriber().equals(subscriber) ? 1 : 0;
        }
        rows.holdings(hash, (key, value) -> {
            boolean counts = RowKeys.instance(key) == pool.instance()
                    && !changed.containsKey(id(pool, RowKeys.unit(key)))
                    && UnitRow.isAllocation(value);
            count[0] +=
                    counts && AllocationRow.decode(value).owner().subscriber().equals(subscriber) ? 1 : 0;
        });
        return count[0];
    }

    /** The unit with its row, if it has one; also a number that is no unit of the pool. */
    Held at(PoolState pool, long unit) {
        Held held = pool.isInside(unit) ? changed.get(id(pool, unit)) : null;
        if (held != null) {
            return held;
        }
        if (!pool.isAllocated(unit) && !pool.isFormer(unit)) {
            return new Held(pool, unit, null, null);
        }
        byte[] value = Invariant.present(
                rows.get(RowKeys.allocation(pool.instance(), unit)),
                "unit %d of pool %d is taken by no row",
                unit,
                pool.instance());
        return stored(pool, unit, value, UnitRow.decode(value));
    }

    private static Held stored(PoolState pool, long unit, byte[] value, UnitRow row) {
        boolean agrees = row instanceof AllocationRow ? pool.isAllocated(unit) : pool.isFormer(unit);
        Invariant.check(agrees, "unit %d of pool %d has a row that its pool does not know", unit, pool.instance());
        return new Held(pool, unit, value, row);
    }

    /* --------------- changing --------------- */

    /** Who had what, as far as this batch adds to it or forgets it. */
    HistoryNotes history() {
        return history;
    }

    /** A pool instance is new, or sealed. */
    void put(PoolState pool, PoolRow row) {
        PoolUpdate earlier = poolUpdates.get(pool.instance());
        byte[] before = earlier != null ? earlier.before : rows.get(RowKeys.pool(pool.instance()));
        poolUpdates.put(pool.instance(), new PoolUpdate(before, row));
        pools.put(pool.instance(), pool);
    }

    /** A unit is reserved, or no more. */
    void put(PoolState pool, long unit, @Nullable ReservationRow row) {
        byte[] key = RowKeys.reservation(pool.instance(), unit);
        ByteBuffer name = ByteBuffer.wrap(key);
        ReservationUpdate earlier = reservationUpdates.get(name);
        byte[] before = earlier != null ? earlier.before : rows.get(key);
        reservationUpdates.put(name, new ReservationUpdate(before, row == null ? null : row.encode()));
    }

    /**
     * Gives a unit that nobody has.
     *
     * @param inTurn it was the next by the pool's policy
     */
    Held give(PoolState pool, long unit, AllocationRow row, boolean inTurn) {
        Held held = at(pool, unit);
        Invariant.check(!held.isAllocated(), "unit %d of pool %d has two rows", unit, pool.instance());
        FormerRow left = held.former();
        if (left != null) {
            unschedule(held, left);
        }
        pool.take(unit, left, inTurn);
        change(held, row);
        schedule(held, row);
        pools.put(pool.instance(), pool);
        return held;
    }

    /** Extends an allocation. */
    void replace(Held held, AllocationRow row) {
        unschedule(held);
        change(held, row);
        schedule(held, row);
    }

    /**
     * Ends an allocation, and notes who had it until now.
     *
     * @param left null: its unit is free
     */
    void end(Held held, @Nullable FormerRow left, EndReason reason) {
        history.note(held, reason);
        unschedule(held);
        held.pool().end(held.unit(), held.row().causalLength(), left);
        become(held, left);
    }

    /**
     * What is left of an allocation becomes something else.
     *
     * @param after null: its unit is free
     */
    void become(Held held, FormerRow before, @Nullable FormerRow after) {
        unschedule(held, before);
        held.pool().change(held.unit(), before, after);
        become(held, after);
    }

    private void become(Held held, @Nullable FormerRow left) {
        change(held, left);
        if (left != null) {
            expiry.put(held.pool().instance(), held.unit(), left.freeAtMillis());
        }
        pools.put(held.pool().instance(), held.pool());
    }

    /** The end of the hold is not waited for any more: the unit is given to somebody else when it is needed. */
    void leave(Held held, FormerRow left) {
        unschedule(held, left);
    }

    /** The end of what is left of the unit is waited for again. */
    void await(PoolState pool, long unit) {
        Held held = at(pool, unit);
        FormerRow left = held.former();
        if (left != null) {
            unschedule(held, left);
            expiry.put(pool.instance(), unit, left.freeAtMillis());
        }
    }

    private void change(Held held, @Nullable UnitRow row) {
        if (changed.putIfAbsent(id(held.pool(), held.unit()), held) == null) {
            changedInOrder.add(held);
        }
        held.become(row);
        if (row != null) {
            long hash = SubscriberHash.of(row.owner().subscriber());
            List<Held> ofOwner = changedByOwner.computeIfAbsent(hash, h -> new ArrayList<>(1));
            if (!ofOwner.contains(held)) {
                ofOwner.add(held);
            }
        }
    }

    private void schedule(Held held, AllocationRow row) {
        if (row.expiresAtMillis() != 0) {
            expiry.put(held.pool().instance(), held.unit(), row.expiresAtMillis());
        }
    }

    private void unschedule(Held held) {
        if (held.row().expiresAtMillis() != 0) {
            expiry.remove(held.pool().instance(), held.unit(), held.row().expiresAtMillis());
        }
    }

    /** In the index under its time; under 0 if its pool was sealed since; not at all if it is not waited for any more. */
    private void unschedule(Held held, FormerRow left) {
        expiry.discard(held.pool().instance(), held.unit(), held.pool().isSealed() ? 0 : left.freeAtMillis());
    }

    /* --------------- the step --------------- */

    /** Everything that the batch changed, one update for each row. Nothing may be changed afterwards. */
    List<RowUpdate> updates() {
        List<RowUpdate> updates = new ArrayList<>(changedInOrder.size() + 2 * pools.size() + 1);
        poolUpdates.forEach((instance, update) ->
                updates.add(new RowUpdate(RowKeys.pool(instance), update.before, update.after.encode())));
        for (PoolState pool : pools.values()) {
            byte[] before = pool.storedCounters();
            byte[] after = pool.counters().encode();
            if (before == null || !Arrays.equals(before, after)) {
                updates.add(new RowUpdate(RowKeys.counters(pool.instance()), before, after));
                pool.countersStored(after);
            }
        }
        for (Held held : changedInOrder) {
            UnitRow now = held.now();
            if (held.before() != null || now != null) {
                byte[] key = RowKeys.allocation(held.pool().instance(), held.unit());
                updates.add(new RowUpdate(key, held.before(), now == null ? null : now.encode()));
            }
        }
        reservationUpdates.forEach((key, update) -> {
            if (!Arrays.equals(update.before, update.after)) {
                updates.add(new RowUpdate(key.array(), update.before, update.after));
            }
        });
        updates.addAll(history.updates());
        return updates;
    }

    private static Long id(PoolState pool, long unit) {
        return (long) pool.instance() << 32 | unit;
    }
}
