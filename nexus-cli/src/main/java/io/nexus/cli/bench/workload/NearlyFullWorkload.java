package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.verify.PoolBook;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What an allocation costs in a pool that is filled more and more. At each level addresses are given back and given out
 * again in turn, so that the level stays; in the full pool newcomers are refused.
 */
final class NearlyFullWorkload implements Workload {
    private static final double[] LEVELS = {0.1, 0.5, 0.9, 0.99, 0.999};
    private static final int ADDRESSES_MIN = 1_000;
    /** So that the calls in flight do not fill the last thousandth. */
    private static final int IN_FLIGHT_MAX = 16;
    /** Subscribers that give back, and as many that take, at each level. */
    private static final int TURNS = 1_000;

    private final Random random = new Random(1);

    @Override
    public void run(Session session) throws InterruptedException {
        Plan plan = session.plan();
        long addresses = Math.max(ADDRESSES_MIN, plan.subscribers());
        long newcomers = plan.count() + plan.warmupCount();
        session.watching().step("create a pool");
        PoolBook book = session.pools()
                .create(1, addresses, 2 * addresses + TURNS * LEVELS.length + newcomers)
                .get(0);
        CheckedCalls calls = new CheckedCalls(List.of(book), session.fleet().target(plan.target(), session.pools()));
        long size = session.pools().pool(book).getSize();
        Pace pace = pace(plan.pace());
        boolean cold = true;
        for (double level : LEVELS) {
            fill(session, calls, book, (int) (size * level));
            Turnover turnover = turnover(calls, book);
            if (cold) {
                session.warmUp(turnover);
                cold = false;
            }
            session.measure(String.format(Locale.ROOT, "%.1f %% full", level * 100), turnover, pace, plan.bounds());
        }
        fill(session, calls, book, (int) size);
        int first = book.entered();
        session.measure("full", refused(calls, book, first), pace, plan.bounds());
    }

    private static Pace pace(Pace asked) {
        int inFlight = Math.min(IN_FLIGHT_MAX, asked.inFlight());
        return asked instanceof Pace.Open open ? new Pace.Open(open.perSecond(), inFlight) : new Pace.Closed(inFlight);
    }

    private static void fill(Session session, CheckedCalls calls, PoolBook book, int target)
            throws InterruptedException {
        int missing = target - book.holding();
        if (missing > 0) {
            session.populate(calls, book.entered(), book.entered() + missing, 0);
        }
    }

    /** Some of those who hold an address, anywhere in the pool, and as many who hold none. */
    private Turnover turnover(CheckedCalls calls, PoolBook book) {
        Turnover turnover = new Turnover(calls);
        int all = book.entered();
        int turns = Math.min(TURNS, book.holding() / 2);
        for (int i = 0; i < turns; i++) {
            turnover.addHolder(0, random.nextInt(all), all);
            turnover.add(0, all + i);
        }
        return turnover;
    }

    private static Job refused(CheckedCalls calls, PoolBook book, int first) {
        return Steps.of(
                "refused", ticket -> calls.allocate(0, first + (int) ticket.number(), 0, new Refusal(ticket, book), 0));
    }

    /** In a full pool the refusal is the right answer, and anything else is not. */
    private record Refusal(Job.Ticket ticket, PoolBook book) implements Job.Ticket {
        @Override
        public long number() {
            return ticket.number();
        }

        @Override
        public int slot() {
            return ticket.slot();
        }

        @Override
        public void succeeded(int kind) {
            book.violation("an address was given out in the full pool " + book.pool());
            ticket.failed(kind, "GIVEN_IN_A_FULL_POOL");
        }

        @Override
        public void failed(int kind, String reason) {
            if (reason.equals("POOL_EXHAUSTED")) {
                ticket.succeeded(kind);
            } else {
                ticket.failed(kind, reason);
            }
        }
    }
}
