package io.nexus.cli.bench.workload;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.api.v1.StatusResponse;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.fleet.FleetNode;
import io.nexus.cli.bench.report.BenchReport.Figure;
import io.nexus.cli.bench.verify.PoolBook;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A node that was away comes back: how long until it answers, is ready, and has all that was written meanwhile. The
 * bench kills and starts it where the cluster is its own, and asks for it where it is not.
 */
final class CatchUpWorkload implements Workload {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration ASK_TIMEOUT = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Override
    public void run(Session session) throws InterruptedException {
        if (session.fleet().nodes().size() < 2) {
            throw new CommandFailure(ExitCode.USAGE, "catchup needs a cluster of at least two nodes");
        }
        int subscribers = session.plan().subscribers();
        session.watching().step("create a pool");
        PoolBook book = session.pools().create(1, subscribers, subscribers).get(0);
        FleetNode away = choose(session, book);
        FleetNode witness = session.fleet().node(session.pools().owner(book));
        try (NexusClient itself = new NexusClient(List.of(away.grpc()), ASK_TIMEOUT);
                NexusClient other = new NexusClient(List.of(witness.grpc()), Duration.ofSeconds(5))) {
            stop(session, away, itself);
            CheckedCalls calls = new CheckedCalls(
                    List.of(book), (pool, number) -> session.fleet().calls(witness));
            session.populate(calls, subscribers, 0);
            Map<Integer, Long> goal = positions(other.status().join());
            session.report().add(new Figure("allocations while it was away", subscribers, ""));
            start(session, away, itself);
            watch(session, itself, goal);
        }
    }

    private static FleetNode choose(Session session, PoolBook book) {
        String owner = session.pools().owner(book);
        if (!session.plan().node().isEmpty()) {
            FleetNode node = session.fleet().node(session.plan().node());
            if (node.id().equals(owner)) {
                session.report().note(node.name() + " owned the pool: the figures include an election");
            }
            return node;
        }
        return session.fleet().nodes().stream()
                .filter(node -> !node.id().equals(owner))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private static void stop(Session session, FleetNode node, NexusClient itself) {
        if (session.nodeSwitch().isPresent()) {
            session.watching().step("kill " + node.name());
            session.nodeSwitch().get().kill(node.name());
            return;
        }
        session.watching().step("waiting: stop " + node.name() + " now");
        await(() -> status(itself) == null, node.name() + " was not stopped");
    }

    private static void start(Session session, FleetNode node, NexusClient itself) {
        if (session.nodeSwitch().isPresent()) {
            session.watching().step("start " + node.name());
            session.nodeSwitch().get().start(node.name());
            return;
        }
        session.watching().step("waiting: start " + node.name() + " again now");
        await(() -> status(itself) != null, node.name() + " was not started again");
        session.report().note("counted from its first answer: the bench did not start it");
    }

    private static void watch(Session session, NexusClient itself, Map<Integer, Long> goal) {
        long start = System.nanoTime();
        double[] after = {-1, -1, -1};
        await(
                () -> {
                    StatusResponse status = status(itself);
                    double now = (System.nanoTime() - start) / 1e9;
                    if (status != null) {
                        note(after, 0, now);
                        if (status.getReady()) {
                            note(after, 1, now);
                        }
                        if (reached(positions(status), goal)) {
                            note(after, 2, now);
                        }
                    }
                    return after[1] >= 0 && after[2] >= 0;
                },
                "the node did not catch up");
        session.report().add(new Figure("first answer after its start", after[0], "s"));
        session.report().add(new Figure("ready after its start", after[1], "s"));
        session.report().add(new Figure("level with what was written after its start", after[2], "s"));
    }

    private static void note(double[] after, int what, double now) {
        if (after[what] < 0) {
            after[what] = now;
        }
    }

    private static void await(java.util.function.BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(ExitCode.UNAVAILABLE, otherwise + " within " + LIMIT.toMinutes() + " minutes");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static @Nullable StatusResponse status(NexusClient client) {
        try {
            return client.status().join();
        } catch (CompletionException e) {
            return null; // away
        }
    }

    /** seq by segment */
    private static Map<Integer, Long> positions(StatusResponse status) {
        Map<Integer, Long> positions = new HashMap<>();
        for (SegmentStatus segment : status.getSegmentsList()) {
            positions.put(segment.getSegment(), segment.getSeq());
        }
        return positions;
    }

    static boolean reached(Map<Integer, Long> positions, Map<Integer, Long> goal) {
        return goal.entrySet().stream()
                .allMatch(wanted -> positions.getOrDefault(wanted.getKey(), -1L) >= wanted.getValue());
    }
}
