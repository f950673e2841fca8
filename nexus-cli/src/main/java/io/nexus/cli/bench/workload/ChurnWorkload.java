package io.nexus.cli.bench.workload;

/** Half of the subscribers hold an address; all the time some come and some go. */
final class ChurnWorkload implements Workload {
    @Override
    public void run(Session session) throws InterruptedException {
        int holders = Math.max(1, session.plan().subscribers() / 2);
        int all = 2 * Math.max(holders, session.plan().pace().inFlight());
        CheckedCalls calls = session.createPools(all, all);
        session.populate(calls, holders, 0);
        Turnover job = new Turnover(calls);
        for (int i = 0; i < all / 2; i++) {
            for (int pool = 0; pool < calls.pools(); pool++) {
                job.add(pool, i);
                job.add(pool, all / 2 + i);
            }
        }
        session.warmUp(job);
        session.measure("churn", job);
    }
}
