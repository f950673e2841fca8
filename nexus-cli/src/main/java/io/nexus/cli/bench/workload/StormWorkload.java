package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.report.BenchReport;

/** A gateway comes back and with it all its subscribers at once, each asking for what it has already. */
final class StormWorkload implements Workload {
    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        int subscribers = plan.subscribers();
        CheckedCalls calls = session.createPools(subscribers, subscribers);
        session.populate(calls, subscribers, 0);
        long all = (long) subscribers * calls.pools();
        Job job = Steps.of("allocate again", ticket -> {
            int pool = (int) (ticket.number() % calls.pools());
            int subscriber = (int) (ticket.number() / calls.pools());
            calls.allocate(pool, subscriber, 0, ticket, 0, answer -> {
                if (answer.getCreated()) {
                    calls.book(pool).violation(calls.book(pool).name(subscriber) + " was taken for a newcomer");
                }
            });
        });
        LoadResult result = session.measure("storm", job, plan.pace(), new Bounds(plan.duration(), all, plan.drain()));
        if (result.succeeded() == all) {
            session.report().add(new BenchReport.Figure("all subscribers back after", result.seconds(), "s"));
        } else {
            session.report().note(String.format("%,d of %,d subscribers are back", result.succeeded(), all));
        }
    }
}
