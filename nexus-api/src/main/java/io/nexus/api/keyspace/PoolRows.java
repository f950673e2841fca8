package io.nexus.api.keyspace;

import io.nexus.api.service.Holding;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A pool's allocations in this node's store. Blocks on disk. */
final class PoolRows {
    /** Rows looked at for one page. */
    private static final int ROWS_MAX = 16_384;

    private final NodeStore store;

    PoolRows(NodeStore store) {
        this.store = store;
    }

    @Nullable
    Holding get(PoolEntry pool, long unit) {
        byte[] row = store.segment(pool.segment()).get(RowKeys.allocation(pool.instance(), unit));
        return row == null || !UnitRow.isAllocation(row) ? null : holding(pool, unit, row);
    }

    /**
     * Some of a pool's allocations.
     *
     * @param next where to go on; null at the end of the pool
     */
    record Found(List<Holding> holdings, @Nullable Long next) {}

    /** At most so many, from a unit on. Fewer, though there are more, where many units are not given to anybody. */
    Found from(PoolEntry pool, long firstUnit, int max) {
        List<Holding> found = new ArrayList<>();
        if (firstUnit > RowKeys.UNIT_MAX || max <= 0) {
            return new Found(found, null);
        }
        AtomicReference<@Nullable Long> next = new AtomicReference<>();
        AtomicInteger looked = new AtomicInteger();
        byte[] prefix = RowKeys.allocationsOf(pool.instance());
        byte[] from = RowKeys.allocation(pool.instance(), firstUnit);
        store.segment(pool.segment()).scan(prefix, from, (key, value) -> {
            if (UnitRow.isAllocation(value)) {
                found.add(holding(pool, RowKeys.unit(key), value));
            }
            boolean enough = found.size() == max || looked.incrementAndGet() == ROWS_MAX;
            next.set(enough ? RowKeys.unit(key) + 1 : null);
            return !enough;
        });
        return new Found(found, next.get());
    }

    private static Holding holding(PoolEntry pool, long unit, byte[] row) {
        return new Holding(AllocationRow.decode(row).toAllocation(pool, unit), pool);
    }
}
