package io.nexus.cli.bench.workload;

import io.nexus.api.v1.Pool;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.verify.PoolBook;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many leases end within one minute, while newcomers ask in another pool of the same segment. Says what the newcomers
 * felt before and during that minute, and how long after the last lease's end the last address was free.
 */
final class ExpiryWorkload implements Workload {
    private static final int MINUTE = 60;
    /** Leases that the slowest cluster worth measuring gives out in a second. */
    private static final int SLOWEST_FILL = 400;

    private static final int LEAD_SECONDS = 15;
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        int leases = plan.subscribers();
        double rate = plan.pace() instanceof Pace.Open open ? open.perSecond() : 200;
        Pace pace = new Pace.Open(rate, Math.max(1_024, plan.pace().inFlight()));
        int before = LEAD_SECONDS + leases / SLOWEST_FILL;
        long newcomers = (long) (rate * (before + MINUTE + LEAD_SECONDS)) + plan.warmupCount();

        session.watching().step("create two pools in one segment");
        PoolBook leased = session.pools().create(1, leases, leases).get(0);
        PoolBook other = session.pools().createBeside(leased, newcomers);
        Fleet.Target target = session.fleet().target(plan.target(), session.pools());
        CheckedCalls leaseCalls = new CheckedCalls(List.of(leased), target);
        Newcomers allocate = new Newcomers(new CheckedCalls(List.of(other), (pool, number) -> target.of(1, number)), 0);
        session.warmUp(allocate);

        long firstEnd = System.currentTimeMillis() / 1_000 + before;
        session.prepare(
                "allocate " + leases + " leases",
                leases,
                (number, ticket) -> leaseCalls.allocate(0, (int) number, ttl(firstEnd + number % MINUTE), ticket, 0));
        long quiet = firstEnd * 1_000 - System.currentTimeMillis() - 1_000;
        if (quiet < 2_000) {
            session.report().note("the leases began to end before all were given out; use fewer --subscribers");
        } else {
            session.measure("before", allocate, pace, bounds(plan, Duration.ofMillis(quiet)));
        }
        long during = (firstEnd + MINUTE) * 1_000 - System.currentTimeMillis();
        session.measure("while leases end", allocate, pace, bounds(plan, Duration.ofMillis(Math.max(2_000, during))));
        awaitAllEnded(session, leased, (firstEnd + MINUTE - 1) * 1_000);
    }

    private static Bounds bounds(Plan plan, Duration time) {
        return new Bounds(time, plan.count(), plan.drain());
    }

    private static long ttl(long endSeconds) {
        return Math.max(1, endSeconds - System.currentTimeMillis() / 1_000);
    }

    private static void awaitAllEnded(Session session, PoolBook leased, long lastEndMillis) {
        session.watching().step("wait until all leases have ended");
        long deadline = System.nanoTime() + GRACE.toNanos();
        Pool pool = session.pools().now(leased);
        while (pool.getAllocated() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            pool = session.pools().now(leased);
        }
        if (pool.getAllocated() > 0) {
            session.report()
                    .note(pool.getAllocated() + " leases still count as allocated " + GRACE.toSeconds()
                            + " s after the end of the last");
            return;
        }
        double late = (System.currentTimeMillis() - lastEndMillis) / 1e3;
        session.report()
                .add(new BenchReport.Figure("all free after the end of the last lease", Math.max(0, late), "s"));
    }
}
