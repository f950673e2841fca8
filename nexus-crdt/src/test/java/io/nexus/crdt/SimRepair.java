package io.nexus.crdt;

import io.nexus.crdt.repair.Expansion;
import io.nexus.crdt.repair.MapRows;
import io.nexus.crdt.repair.RangePrint;
import io.nexus.crdt.repair.RepairPlan;
import io.nexus.crdt.repair.RepairPlan.Next;
import io.nexus.crdt.repair.RepairSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Both ends of a repair in the simulation, as a driver keeps them. */
final class SimRepair {
    private SimRepair() {}

    /** Rows of a catch-up; null instead of rows: that was all. */
    record Chunk(Position of, @Nullable List<RowChange> rows) {}

    record Offer(Position position, RangePrint whole) {}

    /** Answers from one snapshot, whatever its node does meanwhile. */
    record Source(long session, Position position, RepairSource rows) {
        static Source of(long session, SimStore store) {
            return new Source(session, store.position(), new RepairSource(store.sorted()));
        }

        Object answer(Next ask) {
            if (ask instanceof Next.Expand expand) {
                return expand.ranges().stream().map(rows::expand).toList();
            }
            return rows.fetch(((Next.Fetch) ask).keys());
        }
    }

    /** Asks one question after the other. */
    static final class Asking {
        final long session;
        final int source;
        final Offer offer;
        final boolean ownIntact;
        private final RepairPlan plan;
        int number;
        Next asked;

        Asking(long session, int source, Offer offer, SimStore own) {
            this.session = session;
            this.source = source;
            this.offer = offer;
            this.ownIntact = own.intact();
            MapRows rows = own.sorted();
            this.plan = new RepairPlan(rows, new RepairSource(rows).whole(), offer.whole);
            this.asked = plan.next();
        }

        @SuppressWarnings("unchecked") // an answer has the form that its question wants
        Next answered(Object body) {
            number++;
            asked = asked instanceof Next.Expand
                    ? plan.expanded((List<Expansion>) body)
                    : plan.fetched((List<RowChange>) body);
            return asked;
        }
    }
}
