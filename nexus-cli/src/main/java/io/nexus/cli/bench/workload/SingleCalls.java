package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.load.Job.Ticket;
import io.nexus.cli.bench.verify.PoolBook;
import java.util.List;

/** Checked calls for the subscribers of one pool, for those who bring a job of their own. Thread-safe. */
public final class SingleCalls {
    private final CheckedCalls calls;

    public SingleCalls(PoolBook book, Fleet.Target target) {
        this.calls = new CheckedCalls(List.of(book), target);
    }

    /** For a subscriber who has no other call under way. */
    public void allocate(int subscriber, Ticket ticket) {
        calls.allocate(0, subscriber, 0, ticket, 0);
    }

    /** A subscriber whose allocation failed is not looked up: nobody knows what he holds. */
    public void lookup(int subscriber, Ticket ticket) {
        if (calls.book(0).holds(subscriber)) {
            calls.lookup(0, subscriber, ticket, 0);
        } else {
            ticket.failed(0, "HOLDS_NOTHING");
        }
    }
}
