package io.nexus.api.local;

import io.nexus.api.service.PoolDirectory;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pools as the outcomes tell of them; can lag, as a node does whose copy of the catalogue is behind. */
public final class LocalDirectory implements PoolDirectory {
    private final NodeStore store;
    private final int segments;
    private final Map<String, PoolEntry> byId = new TreeMap<>();
    private volatile boolean lagging;

    LocalDirectory(NodeStore store, int segments) {
        this.store = store;
        this.segments = segments;
    }

    /** While it lags it learns nothing. */
    public void lag(boolean lags) {
        lagging = lags;
    }

    synchronized void learn(Command command, Outcome outcome) {
        if (lagging || !(outcome instanceof Outcome.Accepted accepted)) {
            return;
        }
        if (command instanceof Command.CreatePool || command instanceof Command.UpdatePool) {
            byId.put(accepted.pool().spec().id(), accepted.pool());
        } else if (command instanceof Command.RemovePool remove) {
            byId.values().removeIf(entry -> entry.instance() == remove.instance());
        }
    }

    @Override
    public synchronized PoolEntry byId(String poolId) {
        return byId.get(poolId);
    }

    @Override
    public PoolEntry byInstance(int instance) {
        PoolRow row = poolRow(instance);
        return row == null ? null : row.entry();
    }

    @Override
    public PoolEntry containing(String space, Prefix prefix) {
        return all().stream()
                .filter(e -> e.spec().space().equals(space) && e.spec().cidr().contains(prefix))
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<PoolEntry> everContaining(String space, Prefix prefix) {
        List<PoolEntry> found = new ArrayList<>();
        for (int segment = 1; segment <= segments; segment++) {
            store.segment(segment).scan(RowKeys.allOf(RowKeys.POOL), (key, value) -> {
                PoolEntry pool = PoolRow.decode(value).entry();
                if (pool.spec().space().equals(space) && pool.spec().cidr().contains(prefix)) {
                    found.add(pool);
                }
            });
        }
        return found;
    }

    @Override
    public synchronized List<PoolEntry> all() {
        return new ArrayList<>(byId.values());
    }

    @Override
    public PoolUse use(int instance) {
        PoolRow pool = poolRow(instance);
        byte[] counters =
                pool == null ? null : store.segment(pool.entry().segment()).get(RowKeys.counters(instance));
        if (counters == null) {
            return null;
        }
        CountersRow row = CountersRow.decode(counters);
        return new PoolUse(row.allocated(), row.size(), pool.sealed(), row.resting());
    }

    private PoolRow poolRow(int instance) {
        for (int segment = 1; segment <= segments; segment++) {
            byte[] row = store.segment(segment).get(RowKeys.pool(instance));
            if (row != null) {
                return PoolRow.decode(row);
            }
        }
        return null;
    }
}
