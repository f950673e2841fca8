package io.nexus.api.service;

import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Pools by their place in an address space. One writer at a time, any readers. */
final class PoolMap {
    /** Pools of a space do not overlap, but while this node knows a new one and not yet the end of old ones. */
    private static final int NEIGHBOURS_MAX = 16;

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::cidr).thenComparing(Place::instance, Integer::compareUnsigned);

    private final Map<String, ConcurrentSkipListMap<Place, PoolEntry>> spaces = new ConcurrentHashMap<>();

    private record Place(Prefix cidr, int instance) {}

    void put(PoolEntry pool) {
        spaces.computeIfAbsent(pool.spec().space(), space -> new ConcurrentSkipListMap<>(ORDER))
                .put(place(pool), pool);
    }

    void remove(PoolEntry pool) {
        ConcurrentSkipListMap<Place, PoolEntry> pools = spaces.get(pool.spec().space());
        if (pools != null) {
            pools.remove(place(pool));
        }
    }

    /** The newest pool of the space that contains the prefix. */
    @Nullable
    PoolEntry containing(String space, Prefix prefix) {
        ConcurrentSkipListMap<Place, PoolEntry> pools = spaces.get(space);
        if (pools == null) {
            return null;
        }
        PoolEntry newest = null;
        Map.Entry<Place, PoolEntry> below = pools.floorEntry(new Place(prefix, -1));
        for (int i = 0; i < NEIGHBOURS_MAX && below != null; i++) {
            PoolEntry pool = below.getValue();
            boolean newer = newest == null || Integer.compareUnsigned(pool.instance(), newest.instance()) > 0;
            if (newer && pool.spec().cidr().contains(prefix)) {
                newest = pool;
            }
            below = pools.lowerEntry(below.getKey());
        }
        return newest;
    }

    private static Place place(PoolEntry pool) {
        return new Place(pool.spec().cidr(), pool.instance());
    }
}
