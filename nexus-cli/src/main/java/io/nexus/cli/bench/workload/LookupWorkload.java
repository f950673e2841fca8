package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import java.util.concurrent.ThreadLocalRandom;

/** Lookups of those who hold an address and of those who hold none, each in a phase of its own. */
final class LookupWorkload implements Workload {
    @Override
    public void run(Session session) throws InterruptedException {
        int subscribers = session.plan().subscribers();
        CheckedCalls calls = session.createPools(subscribers, subscribers);
        session.populate(calls, subscribers, 0);
        Job bySubscriber =
                Steps.of("by subscriber", ticket -> calls.lookup(any(calls.pools()), any(subscribers), ticket, 0));
        Job byAddress =
                Steps.of("by address", ticket -> calls.lookupAddress(any(calls.pools()), any(subscribers), ticket, 0));
        Job nobody = Steps.of("by subscriber, miss", ticket -> calls.lookupNobody(any(calls.pools()), ticket, 0));
        Job free = Steps.of("by address, miss", ticket -> calls.lookupFreeAddress(any(calls.pools()), ticket, 0));
        session.warmUp(bySubscriber);
        session.measure("subscriber", bySubscriber);
        session.measure("address", byAddress);
        session.measure("no subscriber", nobody);
        session.measure("free address", free);
    }

    private static int any(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }
}
