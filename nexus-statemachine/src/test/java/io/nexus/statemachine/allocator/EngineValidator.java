package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RecentRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Holds what an engine derived against the rows it derived it from: bitmap, counters, holdings, expiry, recent. */
final class EngineValidator {
    private static final long UNITS_LOOKED_AT = 4096;

    private final SegmentEngine engine;
    private final MapRows rows;
    private final Map<Integer, Set<Long>> unitsOfPool = new HashMap<>();
    private final Map<Integer, Set<Identity>> ownersOfPool = new HashMap<>();
    private final Map<Integer, Long> formersOfPool = new HashMap<>();
    private final Map<Long, Long> stepOfCommand = new HashMap<>();
    private long leases;
    private long remembered;

    private EngineValidator(SegmentEngine engine, MapRows rows) {
        this.engine = engine;
        this.rows = rows;
    }

    static void check(SegmentEngine engine, MapRows rows) {
        new EngineValidator(engine, rows).check();
    }

    private void check() {
        rows.scan(RowKeys.allOf(RowKeys.ALLOCATION), this::checkAllocation);
        rows.scan(RowKeys.allOf(RowKeys.POOL), (key, value) -> checkPool(PoolRow.decode(value)));
        rows.scan(RowKeys.allOf(RowKeys.RECENT), this::readRecent);
        assertThat(engine.expiry().size()).as("leases in the expiry index").isEqualTo(leases);
        assertThat(engine.recent().remembered()).as("remembered commands").isEqualTo(remembered);
        stepOfCommand.forEach((id, seq) -> assertThat(engine.recent().stepOf(id))
                .as("step of command %d", id)
                .isEqualTo(seq));
    }

    private void checkAllocation(byte[] key, byte[] value) {
        int instance = RowKeys.instance(key);
        long unit = RowKeys.unit(key);
        PoolState pool = engine.pool(instance);
        if (UnitRow.decode(value) instanceof FormerRow left) {
            checkFormer(pool, unit, left);
            return;
        }
        AllocationRow row = AllocationRow.decode(value);
        assertThat(pool.isAllocated(unit)).as("bit of unit %d", unit).isTrue();
        assertThat(row.causalLength()).as("causal length").isLessThanOrEqualTo(pool.floor() + 1);
        assertThat(unitsOfPool.computeIfAbsent(instance, i -> new HashSet<>()).add(unit))
                .isTrue();
        assertThat(ownersOfPool.computeIfAbsent(instance, i -> new HashSet<>()).add(row.owner()))
                .as("one allocation for each owner and pool: %s", row.owner())
                .isTrue();
        if (row.expiresAtMillis() != 0) {
            leases++;
            assertThat(engine.expiry().contains(instance, unit, row.expiresAtMillis()))
                    .as("expiry of unit %d", unit)
                    .isTrue();
        }
        assertThat(isFound(key, row.owner())).as("holdings of %s", row.owner()).isTrue();
    }

    private void checkFormer(PoolState pool, long unit, FormerRow left) {
        assertThat(pool.isFormer(unit)).as("unit %d is left", unit).isTrue();
        assertThat(pool.isAllocated(unit)).as("bit of unit %d", unit).isFalse();
        assertThat(left.causalLength()).as("causal length").isLessThanOrEqualTo(pool.floor());
        formersOfPool.merge(pool.instance(), 1L, Long::sum);
        assertThat(isFound(RowKeys.allocation(pool.instance(), unit), left.owner()))
                .as("%s leads to unit %d", left.owner(), unit)
                .isEqualTo(left.kind().isForItsOwner());
        if (left.kind().isForItsOwner()) {
            assertThat(ownersOfPool
                            .computeIfAbsent(pool.instance(), i -> new HashSet<>())
                            .add(left.owner()))
                    .as("one right for each owner and pool: %s", left.owner())
                    .isTrue();
        }
        boolean isDue = engine.expiry().contains(pool.instance(), unit, pool.isSealed() ? 0 : left.freeAtMillis());
        boolean mayStay = pool.terms().policy() == AllocPolicy.LRU && left.kind() != FormerRow.Kind.DECLINED;
        assertThat(isDue || mayStay).as("end of what is left of unit %d", unit).isTrue();
        leases += isDue ? 1 : 0;
    }

    private boolean isFound(byte[] key, Identity owner) {
        byte[] ownKey = key.clone();
        boolean[] found = {false};
        rows.holdings(SubscriberHash.of(owner.subscriber()), (k, v) -> found[0] |= java.util.Arrays.equals(k, ownKey));
        return found[0];
    }

    private void checkPool(PoolRow row) {
        int instance = row.entry().instance();
        PoolState pool = engine.pool(instance);
        Set<Long> units = unitsOfPool.getOrDefault(instance, Set.of());
        assertThat(pool.isSealed()).isEqualTo(row.sealed());
        assertThat(pool.entry()).isEqualTo(row.entry());
        CountersRow counters = CountersRow.decode(rows.get(RowKeys.counters(instance)));
        assertThat(counters).isEqualTo(pool.counters());
        assertThat(counters.allocated()).as("allocated in %d", instance).isEqualTo(units.size());
        assertThat(counters.resting())
                .as("resting in %d", instance)
                .isEqualTo(formersOfPool.getOrDefault(instance, 0L));
        for (long unit = 0; unit < Math.min(UNITS_LOOKED_AT, pool.plan().unitCount()); unit++) {
            assertThat(pool.isAllocated(unit)).as("bit of unit %d", unit).isEqualTo(units.contains(unit));
        }
    }

    private void readRecent(byte[] key, byte[] value) {
        for (RecentRow.Entry entry : RecentRow.decode(value).entries()) {
            for (long id : entry.commandIds()) {
                stepOfCommand.put(id, RowKeys.seq(key));
                remembered++;
            }
        }
    }
}
