package io.nexus.api.watch;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.SegmentStore;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a filter wants of one segment as of one moment, page by page. Pools are told by the segment's own rows, which
 * are of the same moment.
 */
final class SegmentScan implements Scan {
    /** Rows looked at for one page, and values in it. */
    private static final int ROWS_MAX = 4_096;

    static final int PAGE_MAX = 256;

    private final SegmentStore store;
    private final WatchFilter filter;
    private final Deque<Range> ranges = new ArrayDeque<>();
    private final Map<Integer, PoolEntry> pools = new HashMap<>();
    private final Deque<Watched> found = new ArrayDeque<>();
    private volatile @Nullable StoreSnapshot snapshot;
    private volatile boolean closed;

    SegmentScan(SegmentStore store, WatchFilter filter) {
        this.store = store;
        this.filter = filter;
    }

    /** Rows that begin with the prefix, from a key on. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Range(byte[] prefix, byte[] from) {}

    @Override
    public @Nullable Page next() {
        StoreSnapshot rows = snapshot;
        if (rows == null) {
            rows = store.snapshot();
            if (rows == null) {
                return null;
            }
            snapshot = rows;
            if (closed) {
                rows.close();
                return null;
            }
            plan(rows);
        }
        int looked = 0;
        while (found.size() < PAGE_MAX && looked < ROWS_MAX && !ranges.isEmpty()) {
            looked += read(rows, ranges.removeFirst(), ROWS_MAX - looked);
        }
        List<Watched> page = new ArrayList<>();
        while (page.size() < PAGE_MAX && !found.isEmpty()) {
            page.add(found.removeFirst());
        }
        return new Page(page, rows.position().seq(), found.isEmpty() && ranges.isEmpty());
    }

    /** What must be read for the filter: nothing twice, and of a single subscriber or address no more than its rows. */
    private void plan(StoreSnapshot rows) {
        rows.scan(RowKeys.allOf(RowKeys.POOL), (key, value) -> {
            PoolEntry pool = PoolRow.decode(value).entry();
            pools.put(pool.instance(), pool);
        });
        List<Selector> wanted = filter.selectors();
        if (wanted.stream().anyMatch(Selector::pools)) {
            ranges.add(all(RowKeys.allOf(RowKeys.ENTRY)));
        }
        if (wanted.stream().anyMatch(SegmentScan::wantsEverySegment)) {
            ranges.add(all(RowKeys.allOf(RowKeys.ALLOCATION)));
            return;
        }
        TreeSet<byte[]> prefixes = new TreeSet<>(Arrays::compareUnsigned);
        for (Selector selector : wanted) {
            if (selector.allocations() && selector.subscriber() != null) {
                holdings(rows, selector.subscriber(), prefixes);
            } else if (selector.allocations()) {
                pools.values().forEach(pool -> ofPool(selector, pool, prefixes));
            }
        }
        prefixes.stream()
                .filter(prefix -> !covered(prefix, prefixes))
                .map(SegmentScan::all)
                .forEach(ranges::add);
    }

    private static boolean wantsEverySegment(Selector selector) {
        return selector.allocations()
                && selector.pool() == null
                && selector.subscriber() == null
                && selector.space() == null
                && selector.address() == null;
    }

    private static void holdings(StoreSnapshot rows, String subscriber, TreeSet<byte[]> prefixes) {
        rows.holdings(SubscriberHash.of(subscriber), (key, value) -> {
            if (RowKeys.isAllocation(key) && UnitRow.isAllocation(value)) {
                prefixes.add(key.clone());
            }
        });
    }

    private static void ofPool(Selector selector, PoolEntry pool, TreeSet<byte[]> prefixes) {
        boolean other =
                (selector.pool() != null && !selector.pool().equals(pool.spec().id()))
                        || (selector.space() != null
                                && !selector.space().equals(pool.spec().space()));
        if (other) {
            return;
        }
        Prefix address = selector.address();
        if (address == null) {
            prefixes.add(RowKeys.allocationsOf(pool.instance()));
            return;
        }
        if (pool.spec().cidr().contains(address)) {
            OptionalLong unit = AddressPlan.of(pool.spec()).unitContaining(address);
            unit.ifPresent(found -> prefixes.add(RowKeys.allocation(pool.instance(), found)));
        }
    }

    /** True for a single row of a pool of which all rows are read. */
    private static boolean covered(byte[] prefix, TreeSet<byte[]> prefixes) {
        return RowKeys.isAllocation(prefix) && prefixes.contains(RowKeys.allocationsOf(RowKeys.instance(prefix)));
    }

    private static Range all(byte[] prefix) {
        return new Range(prefix, prefix);
    }

    /** Rows looked at; what is left of the range goes back to the front. */
    private int read(StoreSnapshot rows, Range range, int rowsMax) {
        int[] looked = {0};
        rows.scan(range.prefix, range.from, (key, value) -> {
            if (looked[0] == rowsMax || found.size() >= PAGE_MAX) {
                ranges.addFirst(new Range(range.prefix, key.clone()));
                return false;
            }
            looked[0]++;
            take(key, value);
            return true;
        });
        return looked[0];
    }

    private void take(byte[] key, byte[] value) {
        Watched row;
        if (RowKeys.kind(key) == RowKeys.ENTRY) {
            row = WatchHub.entry(value);
        } else if (!UnitRow.isAllocation(value)) {
            return; // somebody had it
        } else {
            PoolEntry pool = pools.get(RowKeys.instance(key));
            if (pool == null) {
                throw new IllegalStateException("an allocation without its pool");
            }
            row = WatchHub.held(pool, key, value);
        }
        if (filter.wants(row)) {
            found.add(row);
        }
    }

    @Override
    public void close() {
        closed = true;
        StoreSnapshot open = snapshot;
        if (open != null) {
            open.close();
        }
    }
}
