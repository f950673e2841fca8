package io.nexus.api.service;

import io.nexus.api.service.UnitView.State;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.ReservationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads out of this node's store why an address is as it is, and what is reserved. Thread-safe; blocks on disk. */
public final class UnitReader {
    private final NodeStore store;
    private final PoolDirectory directory;

    public UnitReader(NodeStore store, PoolDirectory directory) {
        this.store = store;
        this.directory = directory;
    }

    /** That a unit of a pool is only for one. */
    public record Reservation(Prefix prefix, Claimant claimant) {}

    /** The reservations of a pool, in order of its units. */
    public List<Reservation> reservations(PoolEntry pool) {
        List<Reservation> found = new ArrayList<>();
        store.segment(pool.segment())
                .scan(
                        RowKeys.reservationsOf(pool.instance()),
                        (key, value) -> found.add(new Reservation(
                                AddressPlan.prefix(pool.spec(), RowKeys.unit(key)),
                                ReservationRow.decode(value).claimant())));
        return found;
    }

    /** The unit that the address lies in; empty: no pool of the space has it. */
    public List<UnitView> byAddress(String space, Prefix address) {
        PoolEntry pool = directory.containing(space, address);
        OptionalLong unit = pool == null
                ? OptionalLong.empty()
                : AddressPlan.of(pool.spec()).unitContaining(address);
        if (pool == null || unit.isEmpty()) {
            return List.of();
        }
        byte[] row = store.segment(pool.segment()).get(RowKeys.allocation(pool.instance(), unit.getAsLong()));
        return List.of(view(pool, unit.getAsLong(), row == null ? null : UnitRow.decode(row)));
    }

    /** What the subscriber has, and what it may come back to. */
    public List<UnitView> bySubscriber(String subscriber) {
        List<UnitView> found = new ArrayList<>();
        store.holdings(SubscriberHash.of(subscriber), (segment, key, value) -> {
            UnitRow row = UnitRow.decode(value);
            PoolEntry pool = directory.byInstance(RowKeys.instance(key));
            if (pool != null && row.owner().subscriber().equals(subscriber)) { // others may have the same hash
                found.add(view(pool, RowKeys.unit(key), row));
            }
        });
        return found;
    }

    private UnitView view(PoolEntry pool, long unit, @Nullable UnitRow row) {
        byte[] reserved = store.segment(pool.segment()).get(RowKeys.reservation(pool.instance(), unit));
        Claimant claimant =
                reserved == null ? null : ReservationRow.decode(reserved).claimant();
        Facts facts = row instanceof AllocationRow allocation
                ? held(allocation)
                : row instanceof FormerRow left ? left(left, clockMillis(pool)) : unused(pool, unit, claimant);
        return new UnitView(
                pool.spec().id(),
                pool.spec().space(),
                AddressPlan.prefix(pool.spec(), unit),
                facts.state,
                facts.owner,
                claimant,
                facts.sinceMillis,
                facts.untilMillis,
                facts.why);
    }

    private long clockMillis(PoolEntry pool) {
        SegmentStore rows = store.segment(pool.segment());
        Position position = rows.position();
        return position == null ? 0 : position.clockMillis();
    }

    private record Facts(State state, @Nullable Identity owner, long sinceMillis, long untilMillis, String why) {}

    private static Facts held(AllocationRow row) {
        State state = row.stage().isOffer() ? State.OFFERED : State.ACTIVE;
        String why = row.stage().isOffer()
                ? "offered to " + row.owner().subscriber() + ": free again unless it is confirmed by "
                        + time(row.expiresAtMillis())
                : row.expiresAtMillis() == 0
                        ? row.owner().subscriber() + " has it for good"
                        : row.owner().subscriber() + " has it until " + time(row.expiresAtMillis())
                                + " unless it renews";
        return new Facts(state, row.owner(), row.allocatedAtMillis(), row.expiresAtMillis(), why);
    }

    private static Facts left(FormerRow left, long nowMillis) {
        String who = left.owner().subscriber();
        String free = time(left.freeAtMillis());
        if (left.kind() == FormerRow.Kind.DECLINED) {
            return facts(
                    State.DECLINED,
                    left,
                    "it rests until " + free + ": " + who + " found it in use, or it was"
                            + " reserved soon after its use");
        }
        if (left.freeAtMillis() <= nowMillis) {
            return facts(State.FREE, left, who + " had it last and gets it again as long as nobody else needed it");
        }
        if (left.heldUntilMillis() > nowMillis) {
            boolean isKept = left.kind() == FormerRow.Kind.KEPT;
            return facts(
                    State.HELD,
                    left,
                    who + " had it and has the first right to it until " + time(left.heldUntilMillis()) + "; "
                            + (isKept
                                    ? "nobody else gets it before " + free
                                    : "somebody else gets it only if the pool has nothing else left"));
        }
        boolean mayReturn = left.kind().isForItsOwner();
        return facts(
                State.QUARANTINED,
                left,
                "it rests until " + free + " after its use by " + who + (mayReturn ? ", who may return" : ""));
    }

    private static Facts facts(State state, FormerRow left, String why) {
        return new Facts(state, left.owner(), left.endedAtMillis(), left.freeAtMillis(), why);
    }

    private static Facts unused(PoolEntry pool, long unit, @Nullable Claimant claimant) {
        if (AddressPlan.of(pool.spec()).isWithheld(unit)) {
            return new Facts(
                    State.EXCLUDED, null, 0, 0, "kept out of the pool: network, broadcast, gateway or excluded");
        }
        return claimant != null
                ? new Facts(State.RESERVED, null, 0, 0, "reserved for " + claimant)
                : new Facts(State.FREE, null, 0, 0, "nobody has it or a right to it");
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(Math.min(millis, 253_402_300_799_000L)).toString();
    }
}
