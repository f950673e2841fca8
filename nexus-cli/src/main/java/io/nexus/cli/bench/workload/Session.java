package io.nexus.cli.bench.workload;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.fleet.BenchPools;
import io.nexus.cli.bench.fleet.CpuClock;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.LoadRun;
import io.nexus.cli.bench.load.NotedTicket;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.verify.PoolBook;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** One run of one workload: the means that workloads share. One thread. */
public final class Session {
    private static final int PREPARE_IN_FLIGHT = 128;
    private static final int ROUNDS = 6;
    private static final Duration PREPARE_MAX = Duration.ofMinutes(30);

    private final Fleet fleet;
    private final Plan plan;
    private final BenchPools pools;
    private final BenchReport report;
    private final Watching watching;
    private final @Nullable NodeSwitch nodeSwitch;
    private final CpuClock cpu;

    /** @param nodeSwitch null: the nodes are not ours to stop */
    public Session(Fleet fleet, Plan plan, BenchReport report, Watching watching, @Nullable NodeSwitch nodeSwitch) {
        this.fleet = fleet;
        this.plan = plan;
        this.report = report;
        this.watching = watching;
        this.nodeSwitch = nodeSwitch;
        this.pools = new BenchPools(fleet, report.verdict());
        this.cpu = new CpuClock(fleet.nodes());
    }

    Fleet fleet() {
        return fleet;
    }

    Plan plan() {
        return plan;
    }

    BenchPools pools() {
        return pools;
    }

    BenchReport report() {
        return report;
    }

    Watching watching() {
        return watching;
    }

    Optional<NodeSwitch> nodeSwitch() {
        return Optional.ofNullable(nodeSwitch);
    }

    /** Fresh pools, and calls to the plan's target. */
    CheckedCalls createPools(long addressesEach, long subscribersEach) {
        watching.step("create " + plan.pools() + (plan.pools() == 1 ? " pool" : " pools"));
        List<PoolBook> books = pools.create(plan.pools(), addressesEach, subscribersEach);
        return new CheckedCalls(books, fleet.target(plan.target(), pools));
    }

    /* --------------- running --------------- */

    /** Runs at the plan's pace and adds the result to the report. */
    LoadResult measure(String phase, Job job) throws InterruptedException {
        return measure(phase, job, plan.pace(), plan.bounds());
    }

    LoadResult measure(String phase, Job job, Pace pace, Bounds bounds) throws InterruptedException {
        watching.step(phase);
        Map<String, Double> before = cpu.read();
        LoadResult result = run(phase, job, pace, bounds);
        report.add(new BenchReport.Phase(phase, result, CpuClock.between(before, cpu.read())));
        return result;
    }

    /** The same without a report. */
    void warmUp(Job job) throws InterruptedException {
        if (!plan.warmup().isZero()) {
            watching.step("warm up");
            run("warm-up", job, plan.pace(), new Bounds(plan.warmup(), plan.warmupCount(), plan.drain()));
        }
    }

    private LoadResult run(String phase, Job job, Pace pace, Bounds bounds) throws InterruptedException {
        return new LoadRun(job, pace, bounds, (tick, done, failed) -> watching.tick(phase, tick, done, failed)).run();
    }

    /** One call for one number, ended through the ticket. */
    interface Task {
        void start(long number, Job.Ticket ticket);
    }

    /** Makes a call for each number from 0; those that fail are repeated, and in the end all have succeeded. */
    void prepare(String what, long count, Task task) throws InterruptedException {
        watching.step(what);
        Queue<Long> again = new ConcurrentLinkedQueue<>();
        LoadResult result = round(what, count, number -> number, task, again);
        for (int round = 1; round < ROUNDS && !again.isEmpty(); round++) {
            List<Long> pending = List.copyOf(again);
            again.clear();
            result = round(what, pending.size(), number -> pending.get((int) number), task, again);
        }
        if (!again.isEmpty() || result.failed() > 0) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "could not " + what + ": " + result.failures() + " after " + ROUNDS + " tries");
        }
    }

    private LoadResult round(
            String what, long count, java.util.function.LongUnaryOperator numbers, Task task, Queue<Long> again)
            throws InterruptedException {
        Job job = Steps.of(what, ticket -> {
            long number = numbers.applyAsLong(ticket.number());
            task.start(number, new NotedTicket(ticket, succeeded -> {
                if (!succeeded) {
                    again.add(number);
                }
            }));
        });
        return run(what, job, new Pace.Closed(PREPARE_IN_FLIGHT), new Bounds(PREPARE_MAX, count, plan.drain()));
    }

    /** Gives the subscribers from 0 an address in each pool. */
    void populate(CheckedCalls calls, int subscribersEach, long ttlSeconds) throws InterruptedException {
        populate(calls, 0, subscribersEach, ttlSeconds);
    }

    /** Gives the subscribers of a range an address in each pool. */
    void populate(CheckedCalls calls, int from, int to, long ttlSeconds) throws InterruptedException {
        int pools = calls.pools();
        prepare(
                String.format(java.util.Locale.ROOT, "allocate for %,d subscribers", (long) (to - from) * pools),
                (long) (to - from) * pools,
                (number, ticket) ->
                        calls.allocate((int) (number % pools), from + (int) (number / pools), ttlSeconds, ticket, 0));
    }

    /* --------------- ending --------------- */

    /** Releases what the run gave out and deletes its pools. */
    public void cleanUp() throws InterruptedException {
        for (PoolBook book : pools.books()) {
            CheckedCalls calls = new CheckedCalls(List.of(book), fleet.target("any", pools));
            if (book.entered() > 0) {
                watching.step("release in " + book.pool());
                Queue<Long> again = new ConcurrentLinkedQueue<>();
                round("release", book.entered(), n -> n, (n, t) -> calls.release(0, (int) n, t, 0), again);
            }
        }
        pools.delete().forEach(report::note);
    }
}
