package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.FormerRow.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A pool of {@link NaiveSegment}: who has what, who had what, and what is reserved, in maps. */
final class NaivePool {
    PoolEntry entry;
    AddressPlan plan;
    PoolTerms terms;
    final Map<Long, Holding> holdings = new TreeMap<>();
    final Map<Long, Former> formers = new TreeMap<>();
    final List<Past> past = new ArrayList<>();
    final Map<Long, Claimant> reservations = new TreeMap<>();
    boolean sealed;
    long cursor;
    int floor;

    NaivePool(PoolEntry entry) {
        become(entry);
    }

    void become(PoolEntry next) {
        entry = next;
        plan = AddressPlan.of(next.spec());
        terms = next.spec().terms();
    }

    Former leftTo(Identity owner) {
        return formers.values().stream()
                .filter(left -> left.owner.equals(owner) && left.kind.isForItsOwner())
                .findFirst()
                .orElse(null);
    }

    boolean isFree(long unit) {
        return !plan.isWithheld(unit)
                && !holdings.containsKey(unit)
                && !formers.containsKey(unit)
                && !reservations.containsKey(unit);
    }

    Holding of(Identity owner) {
        return holdings.values().stream()
                .filter(holding -> holding.owner.equals(owner))
                .findFirst()
                .orElse(null);
    }

    void end(Holding holding, Former left, EndReason reason, long clock) {
        if (terms.historySeconds() > 0 && holding.since < clock) {
            past.add(new Past(holding.unit, clock, holding.since, holding.owner, reason));
        }
        holdings.remove(holding.unit);
        floor = Math.max(floor, holding.causalLength + 1);
        if (left != null) {
            formers.put(left.unit, left);
        }
    }

    record Past(long unit, long to, long from, Identity owner, EndReason reason) {}

    record Former(Kind kind, Identity owner, long unit, long endedAt, long held, long rest) {
        long freeAt() {
            return endedAt + held + rest;
        }
    }

    static final class Holding {
        final Identity owner;
        final long unit;
        final int causalLength;
        AllocType type;
        long expiresAt;
        Stage stage;

        final long since;
        final byte[] mac;

        Holding(
                Identity owner,
                long unit,
                int causalLength,
                AllocType type,
                long expiresAt,
                Stage stage,
                long since,
                byte[] mac) {
            this.mac = mac;
            this.stage = stage;
            this.since = since;
            this.owner = owner;
            this.unit = unit;
            this.causalLength = causalLength;
            this.type = type;
            this.expiresAt = expiresAt;
        }
    }
}
