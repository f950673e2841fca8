package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.FormerRow;
import org.roaringbitmap.RoaringBitmap;

/**
 * Units of a pool that nobody has but that are not free for everybody, and which of them comes first when one of them must
 * be given away. Single-threaded.
 */
final class Leftovers {
    private final RoaringBitmap units = new RoaringBitmap();
    private final ReleaseOrder yielding = new ReleaseOrder();
    private final ReleaseOrder kept = new ReleaseOrder();
    private long count;

    long count() {
        return count;
    }

    boolean contains(long unit) {
        return units.contains((int) unit);
    }

    /** Not to be modified. */
    RoaringBitmap units() {
        return units;
    }

    /** Of those that anybody may have if need be, the one released longest ago. */
    long firstYielding() {
        return yielding.first();
    }

    /** Of those that are kept for their last owner, the one released longest ago. */
    long firstKept() {
        return kept.first();
    }

    void add(long unit, FormerRow left) {
        Invariant.check(units.checkedAdd((int) unit), "unit %d is left twice", unit);
        count++;
        switch (left.kind()) {
            case KEPT -> kept.add(unit, left.endedAtMillis());
            case YIELDING, RESTING -> yielding.add(unit, left.endedAtMillis());
            case DECLINED -> {}
        }
    }

    void remove(long unit, FormerRow left) {
        Invariant.check(units.checkedRemove((int) unit), "nothing is left of unit %d", unit);
        count--;
        switch (left.kind()) {
            case KEPT -> kept.remove(unit, left.endedAtMillis());
            case YIELDING, RESTING -> yielding.remove(unit, left.endedAtMillis());
            case DECLINED -> {}
        }
    }
}
