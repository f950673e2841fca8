package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.fleet.FleetNode;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.Pace;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How soon every node knows what one of them acknowledged. While newcomers are given addresses at a rate, some of the
 * writes are followed: from the acknowledgement until a lookup on each node, asked for its own store's word, sees them.
 */
final class SyncWorkload implements Workload {
    private static final double RATE = 200;
    private static final double FOLLOWED_PER_SECOND = 25;

    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        double rate = plan.pace() instanceof Pace.Open open ? open.perSecond() : RATE;
        Pace pace = new Pace.Open(rate, Math.max(1_024, plan.pace().inFlight()));
        long calls = plan.count() + plan.warmupCount();
        CheckedCalls checked = session.createPools(calls, calls);
        List<VisibilityWatch> watches = watches(session, checked);
        long every = Math.max(1, Math.round(rate / FOLLOWED_PER_SECOND));
        AtomicLong next = new AtomicLong();
        session.warmUp(Steps.of("allocate", ticket -> allocate(checked, next, ticket, List.of(), every)));
        Job job = Steps.of("allocate", ticket -> allocate(checked, next, ticket, watches, every));
        session.measure("sync", job, pace, new Bounds(plan.duration(), plan.count(), plan.drain()));
        session.watching().step("wait for the last to be seen");
        for (VisibilityWatch watch : watches) {
            watch.finish();
            session.report().add(watch.row());
            if (watch.skipped() > 0) {
                session.report()
                        .note(watch.node().name() + ": " + watch.skipped()
                                + " writes were not followed, because too many were at the time");
            }
        }
    }

    private static List<VisibilityWatch> watches(Session session, CheckedCalls checked) {
        return session.fleet().nodes().stream()
                .map(node -> new VisibilityWatch(node, session.fleet().calls(node), owners(session, checked, node)))
                .toList();
    }

    /** For each pool whether the node owns it, as of now. */
    private static boolean[] owners(Session session, CheckedCalls checked, FleetNode node) {
        boolean[] owns = new boolean[checked.pools()];
        for (int i = 0; i < owns.length; i++) {
            owns[i] = session.pools().owner(checked.book(i)).equals(node.id());
        }
        return owns;
    }

    private static void allocate(
            CheckedCalls checked, AtomicLong next, Job.Ticket ticket, List<VisibilityWatch> watches, long every) {
        long number = next.getAndIncrement();
        int pool = (int) (number % checked.pools());
        int subscriber = (int) (number / checked.pools());
        checked.allocate(pool, subscriber, 0, ticket, 0, answer -> {
            if (number % every == 0) {
                long now = System.nanoTime();
                watches.forEach(watch -> watch.follow(checked.book(pool), pool, subscriber, answer.getToken(), now));
            }
        });
    }
}
