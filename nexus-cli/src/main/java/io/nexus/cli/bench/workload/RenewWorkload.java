package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import java.util.concurrent.ThreadLocalRandom;

/** Leases that are extended, at random. */
final class RenewWorkload implements Workload {
    private static final long TTL_SECONDS = 86_400;

    @Override
    public void run(Session session) throws InterruptedException {
        int subscribers = session.plan().subscribers();
        CheckedCalls calls = session.createPools(subscribers, subscribers);
        session.populate(calls, subscribers, TTL_SECONDS);
        Job job = Steps.of("renew", ticket -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            // Longer by some seconds each time: a renewal that extends nothing would write nothing.
            long ttl = TTL_SECONDS + 1 + ticket.number() % TTL_SECONDS;
            calls.renew(random.nextInt(calls.pools()), random.nextInt(subscribers), ttl, ticket, 0);
        });
        session.warmUp(job);
        session.measure("renew", job);
    }
}
