package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What a quiet day looks like: 95 lookups of 100, of them 3 that find nothing, and 5 newcomers. */
final class MixedWorkload implements Workload {
    private static final List<String> KINDS = List.of("by subscriber", "by address", "miss", "allocate");

    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        int subscribers = plan.subscribers();
        long newcomers = (plan.count() + plan.warmupCount()) / plan.pools() + 1;
        CheckedCalls calls = session.createPools(subscribers + newcomers / 5, subscribers + newcomers);
        session.populate(calls, subscribers, 0);
        Newcomers allocate = new Newcomers(calls, subscribers);
        Job job = new Steps(KINDS, ticket -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            int dice = random.nextInt(100);
            int pool = random.nextInt(calls.pools());
            if (dice < 60) {
                calls.lookup(pool, random.nextInt(subscribers), ticket, 0);
            } else if (dice < 92) {
                calls.lookupAddress(pool, random.nextInt(subscribers), ticket, 1);
            } else if (dice < 95) {
                calls.lookupNobody(pool, ticket, 2);
            } else {
                allocate.start(ticket, 3);
            }
        });
        session.warmUp(job);
        session.measure("mixed", job);
    }
}
