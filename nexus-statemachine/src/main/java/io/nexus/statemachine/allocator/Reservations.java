package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Invariant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which units of a pool are reserved, and for whom. Costs nothing where none are. Single-threaded. */
final class Reservations {
    /** They are all in memory. */
    static final int RESERVATIONS_MAX = 65_536;

    private final Map<Long, Claimant> byUnit = new HashMap<>(); // never iterated
    private final Map<Claimant, Long> byClaimant = new HashMap<>(); // never iterated

    int size() {
        return byUnit.size();
    }

    void add(long unit, Claimant claimant) {
        Invariant.check(
                byUnit.put(unit, claimant) == null && byClaimant.put(claimant, unit) == null,
                "unit %d or %s is reserved twice",
                unit,
                claimant);
    }

    void remove(long unit) {
        Claimant claimant = Objects.requireNonNull(byUnit.remove(unit), "reserved before");
        byClaimant.remove(claimant);
    }

    /** For whom the unit is reserved; null: for nobody. */
    @Nullable
    Claimant at(long unit) {
        return byUnit.get(unit);
    }

    /** The unit that is reserved for exactly this claimant; {@link UnitBitmap#NONE} if there is none. */
    long of(Claimant claimant) {
        return byClaimant.getOrDefault(claimant, UnitBitmap.NONE);
    }

    /** The unit for who asks, by subscriber first, then DUID, then MAC; {@link UnitBitmap#NONE} if there is none. */
    long of(Identity owner, byte[] mac) {
        if (byUnit.isEmpty()) {
            return UnitBitmap.NONE;
        }
        long unit = of(Claimant.subscriber(owner.subscriber()));
        if (unit == UnitBitmap.NONE && owner.duid().length > 0) {
            unit = of(Claimant.duid(owner.duid(), owner.iaid()));
        }
        return unit == UnitBitmap.NONE && mac.length > 0 ? of(Claimant.mac(mac)) : unit;
    }
}
