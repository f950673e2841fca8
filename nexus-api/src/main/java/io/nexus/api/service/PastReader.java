package io.nexus.api.service;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.HistoryRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads who had an address out of this node's store: the rows of history, which are in order of time for each unit, and
 * the allocation that has not ended. Thread-safe; blocks on disk.
 */
public final class PastReader {
    /** So many tenures are answered at most. */
    public static final int TENURES_MAX = 10_000;

    private static final Comparator<Tenure> SHOWN_ORDER =
            Comparator.comparingLong(Tenure::fromMillis).thenComparing(Tenure::prefix);

    private final NodeStore store;
    private final PoolDirectory directory;

    public PastReader(NodeStore store, PoolDirectory directory) {
        this.store = store;
        this.directory = directory;
    }

    /**
     * What is known of an address.
     *
     * @param tenures in order of time
     * @param truncated there were more than {@value #TENURES_MAX}
     * @param segments that were read
     */
    public record Past(List<Tenure> tenures, boolean truncated, Set<Integer> segments) {}

    /**
     * Everybody who had the address at some moment of the time span, in whatever pool was there then.
     *
     * @param address full-length address, or a prefix inside of what was handed out
     * @param toMillis after fromMillis; a moment of the span is before it
     */
    public Past read(String space, Prefix address, long fromMillis, long toMillis) {
        List<Tenure> found = new ArrayList<>();
        Set<Integer> segments = new TreeSet<>();
        for (PoolEntry pool : directory.everContaining(space, address)) {
            segments.add(pool.segment());
            OptionalLong unit = AddressPlan.of(pool.spec()).unitContaining(address);
            if (unit.isPresent()) {
                read(pool, unit.getAsLong(), fromMillis, toMillis, found);
            }
        }
        found.sort(SHOWN_ORDER);
        boolean truncated = found.size() > TENURES_MAX;
        return new Past(List.copyOf(truncated ? found.subList(0, TENURES_MAX) : found), truncated, segments);
    }

    private void read(PoolEntry pool, long unit, long fromMillis, long toMillis, List<Tenure> to) {
        try (StoreSnapshot rows = store.segment(pool.segment()).snapshot()) {
            if (rows == null) {
                return;
            }
            byte[] first = RowKeys.history(pool.instance(), unit, Math.max(0, fromMillis + 1));
            int most = to.size() + TENURES_MAX;
            rows.scan(RowKeys.historyOf(pool.instance(), unit), first, (key, value) -> {
                Tenure tenure = ended(pool, unit, RowKeys.endedAtMillis(key), HistoryRow.decode(value));
                boolean belongs = tenure.fromMillis() < toMillis;
                if (belongs) {
                    to.add(tenure);
                }
                return belongs && to.size() <= most;
            });
            Tenure open = open(pool, unit, rows.get(RowKeys.allocation(pool.instance(), unit)));
            if (open != null && open.fromMillis() < toMillis) {
                to.add(open);
            }
        }
    }

    private static Tenure ended(PoolEntry pool, long unit, long endedAtMillis, HistoryRow row) {
        return new Tenure(
                pool.spec().id(),
                pool.spec().space(),
                AddressPlan.prefix(pool.spec(), unit),
                row.owner(),
                row.mac(),
                row.attachment(),
                row.type(),
                endedAtMillis - row.heldMillis(),
                endedAtMillis,
                row.reason());
    }

    private static @Nullable Tenure open(PoolEntry pool, long unit, byte @Nullable [] value) {
        if (value == null || !UnitRow.isAllocation(value)) {
            return null;
        }
        AllocationRow row = AllocationRow.decode(value);
        return new Tenure(
                pool.spec().id(),
                pool.spec().space(),
                AddressPlan.prefix(pool.spec(), unit),
                row.owner(),
                row.mac(),
                row.attachment(),
                row.type(),
                row.allocatedAtMillis(),
                0,
                null);
    }
}
