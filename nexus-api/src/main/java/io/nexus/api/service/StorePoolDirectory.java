package io.nexus.api.service;

import io.nexus.api.feed.FeedListener;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools of the catalogue (stream 0) and those that their segments have opened, kept in memory: read from the store
 * at the start and after an install, then by the steps of every stream. Written by the streams' writers, read by anyone.
 */
public final class StorePoolDirectory implements PoolDirectory, FeedListener {
    private static final Logger LOG = LoggerFactory.getLogger(StorePoolDirectory.class);
    private static final int META = 0;

    private final NodeStore store;
    private final int segments;
    private final Object writing = new Object();
    private final Map<Integer, PoolEntry> catalogue = new ConcurrentHashMap<>();
    private final Map<String, PoolEntry> byId = new ConcurrentSkipListMap<>();
    private final Map<Integer, Opened> opened = new ConcurrentHashMap<>();
    private final Map<Integer, CountersRow> counters = new ConcurrentHashMap<>();
    private final Map<Integer, PoolEntry> placed = new ConcurrentHashMap<>();
    private final PoolMap map = new PoolMap();

    /** @param segments number of segments, without the meta group */
    public StorePoolDirectory(NodeStore store, int segments) {
        this.store = store;
        this.segments = segments;
    }

    private record Opened(PoolEntry pool, boolean sealed, long size) {}

    /** Reads what the store has; before the first step. Blocks on disk. */
    public void start() {
        for (int segment = META; segment <= segments; segment++) {
            onInstalled(segment);
        }
    }

    /* --------------- reading --------------- */

    @Override
    public @Nullable PoolEntry byId(String poolId) {
        return byId.get(poolId);
    }

    @Override
    public @Nullable PoolEntry byInstance(int instance) {
        Opened known = opened.get(instance);
        return known != null ? known.pool : catalogue.get(instance);
    }

    @Override
    public @Nullable PoolEntry containing(String space, Prefix prefix) {
        return map.containing(space, prefix);
    }

    @Override
    public List<PoolEntry> everContaining(String space, Prefix prefix) {
        return opened.values().stream()
                .map(Opened::pool)
                .filter(pool ->
                        pool.spec().space().equals(space) && pool.spec().cidr().contains(prefix))
                .toList();
    }

    @Override
    public List<PoolEntry> all() {
        return List.copyOf(byId.values());
    }

    @Override
    public @Nullable PoolUse use(int instance) {
        Opened known = opened.get(instance);
        if (known == null) {
            return null;
        }
        CountersRow row = counters.get(instance);
        return row == null
                ? new PoolUse(0, known.size, known.sealed)
                : new PoolUse(row.allocated(), row.size(), known.sealed, row.resting());
    }

    /* --------------- writing --------------- */

    @Override
    public void onStep(Step step) {
        for (RowChange change : step.changes()) {
            byte kind = RowKeys.kind(change.key());
            if (kind == RowKeys.COUNTERS) {
                learn(step.stream(), change.key(), change.value()); // most steps have these only
            } else if (kind == RowKeys.POOL || kind == RowKeys.ENTRY) {
                synchronized (writing) {
                    learn(step.stream(), change.key(), change.value());
                }
            }
        }
    }

    /** Forgets what came from the segment and reads its rows anew. Blocks on disk, for its pools' rows only. */
    @Override
    public void onInstalled(int segment) {
        SegmentStore rows = store.segment(segment);
        synchronized (writing) {
            forget(segment);
            for (byte kind : List.of(RowKeys.POOL, RowKeys.COUNTERS, RowKeys.ENTRY)) {
                rows.scan(RowKeys.allOf(kind), (key, value) -> learn(segment, key, value));
            }
        }
    }

    private void forget(int segment) {
        List<PoolEntry> known = new ArrayList<>();
        if (segment == META) {
            known.addAll(catalogue.values());
            catalogue.clear();
            byId.clear();
        } else {
            opened.values().stream()
                    .map(Opened::pool)
                    .filter(pool -> pool.segment() == segment)
                    .forEach(known::add);
            for (PoolEntry pool : known) {
                opened.remove(pool.instance());
                counters.remove(pool.instance());
            }
        }
        known.forEach(pool -> place(pool.instance()));
    }

    /** A row that cannot be read is of a newer version, or broken: the rest of the node need not stop for that. */
    private void learn(int stream, byte[] key, byte @Nullable [] value) {
        try {
            int instance = RowKeys.instance(key);
            switch (RowKeys.kind(key)) {
                case RowKeys.ENTRY -> learnEntry(instance, value);
                case RowKeys.POOL -> learnPool(instance, value);
                case RowKeys.COUNTERS -> learnCounters(instance, value);
                default -> throw new IllegalArgumentException("no row of a pool");
            }
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("stream", stream).setCause(e).log("row of a pool is not readable");
        }
    }

    private void learnEntry(int instance, byte @Nullable [] value) {
        PoolEntry before = catalogue.get(instance);
        if (before != null) {
            catalogue.remove(instance);
            byId.remove(before.spec().id(), before);
        }
        if (value != null) {
            PoolEntry pool = PoolEntryCodec.decode(ByteBuffer.wrap(value));
            catalogue.put(instance, pool);
            byId.put(pool.spec().id(), pool);
        }
        place(instance);
    }

    private void learnPool(int instance, byte @Nullable [] value) {
        if (value == null) {
            opened.remove(instance);
        } else {
            PoolRow row = PoolRow.decode(value);
            Opened before = opened.get(instance);
            long size = before != null && before.pool.equals(row.entry())
                    ? before.size
                    : AddressPlan.of(row.entry().spec()).allocatable();
            opened.put(instance, new Opened(row.entry(), row.sealed(), size));
        }
        place(instance);
    }

    private void learnCounters(int instance, byte @Nullable [] value) {
        if (value == null) {
            counters.remove(instance);
        } else {
            counters.put(instance, CountersRow.decode(value));
        }
    }

    /** On the map are the pools that are open in their segment, and those of the catalogue that may be at any moment. */
    private void place(int instance) {
        Opened known = opened.get(instance);
        PoolEntry wanted = known != null && !known.sealed ? known.pool : catalogue.get(instance);
        PoolEntry before = wanted == null ? placed.remove(instance) : placed.put(instance, wanted);
        if (Objects.equals(before, wanted)) {
            return;
        }
        if (before != null) {
            map.remove(before);
        }
        if (wanted != null) {
            map.put(wanted);
        }
    }
}
