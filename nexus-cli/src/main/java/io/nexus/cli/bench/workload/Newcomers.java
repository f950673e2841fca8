package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Allocations for subscribers who never asked before, over all pools in turn. */
final class Newcomers implements Job {
    private final CheckedCalls calls;
    private final int first;
    private final AtomicLong next = new AtomicLong();

    /** @param first number of the first newcomer in each pool; there must be enough after it for all runs of this job */
    Newcomers(CheckedCalls calls, int first) {
        this.calls = calls;
        this.first = first;
    }

    @Override
    public List<String> kinds() {
        return List.of("allocate");
    }

    @Override
    public void start(Ticket ticket) {
        start(ticket, 0);
    }

    void start(Ticket ticket, int kind) {
        long number = next.getAndIncrement();
        calls.allocate((int) (number % calls.pools()), first + (int) (number / calls.pools()), 0, ticket, kind);
    }
}
