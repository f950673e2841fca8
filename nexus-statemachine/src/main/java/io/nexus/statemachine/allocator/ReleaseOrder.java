package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Invariant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/**
 * Units in the order in which they were released, by the second, then by their number: about two bytes for each. The
 * first is found in the same time however many there are. Single-threaded.
 */
final class ReleaseOrder {
    private static final long MILLIS_PER_SECOND = 1_000;

    private final NavigableMap<Long, RoaringBitmap> bySecond = new TreeMap<>();

    void add(long unit, long releasedAtMillis) {
        boolean added = bySecond.computeIfAbsent(releasedAtMillis / MILLIS_PER_SECOND, second -> new RoaringBitmap())
                .checkedAdd((int) unit);
        Invariant.check(added, "unit %d was released twice", unit);
    }

    void remove(long unit, long releasedAtMillis) {
        long second = releasedAtMillis / MILLIS_PER_SECOND;
        RoaringBitmap units = bySecond.get(second);
        Invariant.check(units != null && units.checkedRemove((int) unit), "unit %d was not released then", unit);
        if (units != null && units.isEmpty()) {
            bySecond.remove(second);
        }
    }

    /** The unit that was released longest ago; {@link UnitBitmap#NONE} if there is none. */
    long first() {
        Map.Entry<Long, RoaringBitmap> oldest = bySecond.firstEntry();
        return oldest == null ? UnitBitmap.NONE : oldest.getValue().first() & 0xffff_ffffL;
    }
}
