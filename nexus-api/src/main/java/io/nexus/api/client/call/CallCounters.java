package io.nexus.api.client.call;

import java.util.concurrent.atomic.LongAdder;

/** What the calls of a client did, since it was made. Thread-safe. */
public final class CallCounters {
    final LongAdder attempts = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder direct = new LongAdder();
    final LongAdder fallback = new LongAdder();
    final LongAdder lookups = new LongAdder();
    final LongAdder hedges = new LongAdder();
    final LongAdder hedgesWon = new LongAdder();
    final LongAdder refused = new LongAdder();

    /**
     * The numbers so far.
     *
     * @param attempts requests sent to a node
     * @param retries of them, those that were not the first of their call
     * @param direct writes sent to the node that was believed to own the segment
     * @param fallback writes sent to another node, which forwards them
     * @param hedges second lookups sent because the first was slow
     * @param hedgesWon of them, those that answered first
     * @param refused calls refused because too many were under way
     */
    public record Totals(
            long attempts, long retries, long direct, long fallback, long hedges, long hedgesWon, long refused) {}

    public Totals totals() {
        return new Totals(
                attempts.sum(),
                retries.sum(),
                direct.sum(),
                fallback.sum(),
                hedges.sum(),
                hedgesWon.sum(),
                refused.sum());
    }
}
