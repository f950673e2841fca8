package io.nexus.cli.bench.workload;

/** Unique subscribers in fresh pools. */
final class AllocateWorkload implements Workload {
    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        long each = (plan.count() + plan.warmupCount()) / plan.pools() + 1;
        Newcomers job = new Newcomers(session.createPools(each, each), 0);
        session.warmUp(job);
        session.measure("allocate", job);
    }
}
