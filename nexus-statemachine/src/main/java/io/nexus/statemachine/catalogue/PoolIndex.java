package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The pools of the catalogue by id, by instance and, within each space, by address. Never iterated. */
final class PoolIndex {
    private final Map<String, PoolEntry> byId = new HashMap<>();
    private final Map<Integer, PoolEntry> byInstance = new HashMap<>();
    private final Map<String, NavigableMap<Prefix, PoolEntry>> bySpace = new HashMap<>();

    void clear() {
        byId.clear();
        byInstance.clear();
        bySpace.clear();
    }

    int size() {
        return byId.size();
    }

    @Nullable
    PoolEntry byId(String id) {
        return byId.get(id);
    }

    @Nullable
    PoolEntry byInstance(int instance) {
        return byInstance.get(instance);
    }

    /**
     * The pool of the space that has addresses in common with the CIDR; of several the lowest. The pools of a space are
     * disjoint: what contains the CIDR can only be the pool before it, what lies within it follows it.
     */
    @Nullable
    PoolEntry overlapping(String space, Prefix cidr) {
        NavigableMap<Prefix, PoolEntry> pools = bySpace.get(space);
        if (pools == null) {
            return null;
        }
        Map.Entry<Prefix, PoolEntry> before = pools.floorEntry(cidr);
        if (before != null && before.getKey().overlaps(cidr)) {
            return before.getValue();
        }
        Map.Entry<Prefix, PoolEntry> after = pools.higherEntry(cidr);
        return after != null && after.getKey().overlaps(cidr) ? after.getValue() : null;
    }

    void add(PoolEntry entry) {
        PoolSpec spec = entry.spec();
        Invariant.check(
                overlapping(spec.space(), spec.cidr()) == null,
                "pool %s overlaps another of space %s",
                spec.id(),
                spec.space());
        PoolEntry sameId = byId.put(spec.id(), entry);
        PoolEntry sameInstance = byInstance.put(entry.instance(), entry);
        Invariant.check(sameId == null && sameInstance == null, "pool %s is there twice", spec.id());
        bySpace.computeIfAbsent(spec.space(), space -> new TreeMap<>()).put(spec.cidr(), entry);
    }

    void remove(PoolEntry entry) {
        PoolSpec spec = entry.spec();
        byId.remove(spec.id());
        byInstance.remove(entry.instance());
        NavigableMap<Prefix, PoolEntry> pools = bySpace.get(spec.space());
        PoolEntry removed = pools == null ? null : pools.remove(spec.cidr());
        Invariant.check(pools != null && entry.equals(removed), "pool %s is not where it was put", spec.id());
        if (pools != null && pools.isEmpty()) {
            bySpace.remove(spec.space());
        }
    }
}
