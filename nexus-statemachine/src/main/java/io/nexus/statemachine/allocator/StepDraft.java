package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

    @SuppressWarnings("ArrayRecordComponent")
    private record PoolUpdate(byte @Nullable [] before, PoolRow after) {}

    StepDraft(Rows rows, ExpiryIndex expiry, long clockMillis, int incarnation, long seq) {
        this.rows = rows;
        this.expiry = expiry;
        this.clockMillis = clockMillis;
        this.incarnation = incarnation;
        this.seq = seq;
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
        long hash = SubscriberHash.of(owner.subscriber());
        for (Held held : changedByOwner.getOrDefault(hash, List.of())) {
            AllocationRow now = held.now();
            if (now != null && held.pool() == pool && now.owner().equals(owner)) {
                return held;
            }
        }
        return findStored(pool, owner, hash);
    }

    private @Nullable Held findStored(PoolState pool, Identity owner, long hash) {
        List<Held> found = new ArrayList<>(1);
        rows.holdings(hash, (key, value) -> {
            // A unit that the batch changed was found above if it is still the owner's.
            if (RowKeys.instance(key) == pool.instance() && !changed.containsKey(id(pool, RowKeys.unit(key)))) {
                AllocationRow row = AllocationRow.decode(value);
                if (row.owner().equals(owner)) {
                    found.add(stored(pool, RowKeys.unit(key), value.clone(), row));
                }
            }
        });
        Invariant.check(found.size() <= 1, "%d allocations of one owner in pool %d", found.size(), pool.instance());
        return found.isEmpty() ? null : found.get(0);
    }

    /** What lies on the unit; null: nothing. */
    @Nullable
    Held at(PoolState pool, long unit) {
        if (!pool.isAllocated(unit)) {
            return null;
        }
        Held held = changed.get(id(pool, unit));
        if (held != null) {
            return held;
        }
        byte[] value = rows.get(RowKeys.allocation(pool.instance(), unit));
        return value == null
                ? new Held(pool, unit, null, null)
                : stored(pool, unit, value, AllocationRow.decode(value));
    }

    private static Held stored(PoolState pool, long unit, byte[] value, AllocationRow row) {
        Invariant.check(pool.isAllocated(unit), "unit %d of pool %d has a row but is free", unit, pool.instance());
        return new Held(pool, unit, value, row);
    }

    /* --------------- changing --------------- */

    /** A pool instance is new, or sealed. */
    void put(PoolState pool, PoolRow row) {
        PoolUpdate earlier = poolUpdates.get(pool.instance());
        byte[] before = earlier != null ? earlier.before : rows.get(RowKeys.pool(pool.instance()));
        poolUpdates.put(pool.instance(), new PoolUpdate(before, row));
        pools.put(pool.instance(), pool);
    }

    /** Lays an allocation on a unit that the pool has just taken. */
    Held give(PoolState pool, long unit, AllocationRow row) {
        Held held = changed.get(id(pool, unit));
        if (held == null) {
            held = new Held(pool, unit, null, null);
        }
        Invariant.check(held.now() == null, "unit %d of pool %d has two rows", unit, pool.instance());
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

    /** Ends an allocation and frees its unit. */
    void end(Held held) {
        unschedule(held);
        held.pool().free(held.unit(), held.row().causalLength());
        change(held, null);
        pools.put(held.pool().instance(), held.pool());
    }

    private void change(Held held, @Nullable AllocationRow row) {
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
            AllocationRow now = held.now();
            if (held.before() != null || now != null) {
                byte[] key = RowKeys.allocation(held.pool().instance(), held.unit());
                updates.add(new RowUpdate(key, held.before(), now == null ? null : now.encode()));
            }
        }
        return updates;
    }

    private static Long id(PoolState pool, long unit) {
        return (long) pool.instance() << 32 | unit;
    }
}
