package io.nexus.api.keyspace;

import io.nexus.api.service.Holding;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool's allocations in this node's store. Blocks on disk. */
final class PoolRows {
    private final NodeStore store;

    PoolRows(NodeStore store) {
        this.store = store;
    }

    @Nullable
    Holding get(PoolEntry pool, long unit) {
        byte[] row = store.segment(pool.segment()).get(RowKeys.allocation(pool.instance(), unit));
        return row == null || !UnitRow.isAllocation(row) ? null : holding(pool, unit, row);
    }

    /** At most so many, from a unit on. */
    List<Holding> from(PoolEntry pool, long firstUnit, int max) {
        List<Holding> found = new ArrayList<>();
        if (firstUnit > RowKeys.UNIT_MAX || max <= 0) {
            return found;
        }
        byte[] prefix = RowKeys.allocationsOf(pool.instance());
        byte[] from = RowKeys.allocation(pool.instance(), firstUnit);
        store.segment(pool.segment()).scan(prefix, from, (key, value) -> {
            if (UnitRow.isAllocation(value)) {
                found.add(holding(pool, RowKeys.unit(key), value));
            }
            return found.size() < max;
        });
        return found;
    }

    private static Holding holding(PoolEntry pool, long unit, byte[] row) {
        return new Holding(AllocationRow.decode(row).toAllocation(pool, unit), pool);
    }
}
