package io.nexus.api.consensus;

import io.nexus.api.cluster.Peers;
import io.nexus.api.metrics.Meters;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.ratis.StepListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything of this package that one node needs, put together. Life: {@link #start}, then {@link #handOver} while
 * requests are still answered, then {@link #close}; the store may be closed after that, not before.
 */
public final class Consensus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Consensus.class);
    private static final Duration SWEEP = Duration.ofMillis(20);
    private static final Duration CHECK = Duration.ofMillis(100);
    private static final Duration SUPERVISE = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration HAND_OVER = Duration.ofSeconds(3);

    private final Tuning tuning;
    private final Supplier<@Nullable ClusterPlan> planned;
    private final RatisGroups groups;
    private final SegmentBatchers batchers;
    private final ForwardLinks links;
    private final ForwardEndpoint endpoint;
    private final PauseGuard pauses;
    private final RoutedCommands router;
    private final LeadershipSpread leadership;
    private final Housekeeping housekeeping;
    private final SnapshotSchedule snapshots;
    private final GroupSupervisor supervisor;
    private final RatisSamples samples;
    private final ExecutorService forwarder = Executors.newSingleThreadExecutor(threads("forwarder"));
    private final ScheduledExecutorService pulse = scheduler(2, "consensus-pulse");
    private final ScheduledExecutorService snapshotTimer = scheduler(1, "snapshot-schedule");
    private boolean started;
    private boolean closed;

    /**
     * What the rest of the node gives to this package.
     *
     * @param machines makes the groups' state machines
     * @param steps hears of every step of every group, in order for each, on the groups' updater threads
     * @param plan the current layout; gives null while it is not known
     * @param alive whether a node answers, as this node sees it
     * @param stamps of what this node proposes as an owner
     * @param random names what this node proposes by itself; thread-safe
     */
    public record Collaborators(
            GroupMachines machines,
            StepListener steps,
            Peers peers,
            Supplier<@Nullable ClusterPlan> plan,
            Predicate<String> alive,
            Meters meters,
            FatalHandler fatal,
            Stamps stamps,
            RandomGenerator random) {}

    /**
     * What an operator may set.
     *
     * @param queueCommands that may wait for one segment on its owner
     * @param snapshotLogBytes of a group's log after which it is snapshotted
     * @param snapshotInterval after which a group that changed is snapshotted all the same
     */
    public record Bounds(int queueCommands, long snapshotLogBytes, Duration snapshotInterval) {}

    public Consensus(RatisGroups.Setup setup, Collaborators with, Bounds bounds) {
        this(setup, with, Tuning.within(bounds));
    }

    Consensus(RatisGroups.Setup setup, Collaborators with, Tuning tuning) {
        this.tuning = tuning;
        this.planned = with.plan;
        ConsensusMetrics metrics = new ConsensusMetrics(with.meters);
        String clusterId = setup.clusterId().toString();
        OwnerHints hints = new OwnerHints();
        batchers = new SegmentBatchers(with.stamps, tuning.batching(), metrics);
        GroupEvents events = new GroupEvents(with.steps, batchers::wake, this::stopped, with.fatal);
        groups = new RatisGroups(setup, with.machines, events, hints, this::opened, this::gone);
        links = new ForwardLinks(with.peers, clusterId, forwarder, tuning.forwarding(), metrics);
        pauses = new PauseGuard(PauseGuard.Limits.DEFAULT, metrics);
        endpoint = new ForwardEndpoint(clusterId, batchers, forwarder, pauses, metrics);
        RoutedCommands.Routes routes = new RoutedCommands.Routes(
                setup.nodeId(),
                groups,
                hints,
                segment -> others(with.plan, setup.nodeId(), segment),
                batchers,
                links,
                pauses);
        RoutingProblems problems = new RoutingProblems(nodeId -> name(with.peers, nodeId));
        router = new RoutedCommands(routes, problems, metrics, tuning.routing(), with.random);
        leadership = new LeadershipSpread(groups, with.plan, with.alive, tuning.leadership(), metrics);
        housekeeping = new Housekeeping(groups, batchers, with.stamps, with.random, tuning.housekeeping(), metrics);
        snapshots = new SnapshotSchedule(groups, tuning.snapshots(), metrics);
        supervisor = new GroupSupervisor(groups, with.plan, with.fatal, metrics);
        samples = new RatisSamples(setup.nodeId(), with.meters);
    }

    /** Starts Ratis with every group found on disk; blocks until they run. Commands may be submitted after it. */
    public void start() throws IOException {
        samples.register();
        groups.start();
        started = true;
        every(pulse, SWEEP, () -> {
            pauses.beat(System.nanoTime());
            router.sweep(System.nanoTime());
        });
        every(pulse, CHECK, () -> {
            batchers.expire(System.nanoTime());
            links.check(System.nanoTime());
        });
        every(pulse, tuning.housekeeping().every(), () -> housekeeping.round(System.nanoTime()));
        every(pulse, SUPERVISE, () -> {
            supervisor.round(System.nanoTime());
            leadership.round(System.nanoTime());
            ClusterPlan plan = planned.get();
            router.look(plan == null ? 0 : plan.segmentCount(), System.nanoTime());
        });
        every(snapshotTimer, tuning.snapshots().every(), () -> snapshots.round(System.nanoTime()));
    }

    /** The groups on this node: views of them, and how to make, change and remove them. */
    public RatisGroups groups() {
        return groups;
    }

    /**
     * The rows of a segment on this node are not what the log made: its member pulls them anew from a node that has them
     * right, before it applies more.
     *
     * @return false, and nothing happens, if the segment is not hosted here
     */
    public boolean renew(int segment) {
        HostedGroup group = groups.hosted(segment);
        if (group == null) {
            return false;
        }
        group.machine().renew();
        return true;
    }

    public CommandRouter router() {
        return router;
    }

    /** To be served on the peer port. */
    public ForwardEndpoint endpoint() {
        return endpoint;
    }

    /**
     * Stops taking commands of this node's callers, waits up to two seconds for those that are pending, and gives all
     * leaderships away, which takes up to three. Commands forwarded by others are served on.
     */
    public void handOver() {
        router.stop();
        if (!started) {
            return;
        }
        drain(DRAIN);
        leadership.handOver(HAND_OVER);
        drain(Duration.ofMillis(500));
    }

    /** Ends everything; pending commands are answered as unknown or not applied. Idempotent. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        router.stop();
        snapshotTimer.shutdownNow();
        links.close();
        try {
            groups.close();
        } finally {
            batchers.close();
            router.close();
            pulse.shutdownNow();
            forwarder.shutdown();
        }
    }

    private void drain(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (router.pending() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(SWEEP.toNanos());
        }
    }

    private void opened(HostedGroup group) {
        batchers.open(group.segment(), new RatisGroupLog(group, groups.ids()));
    }

    private void gone(HostedGroup group) {
        batchers.close(group.segment());
    }

    private void stopped(int segment, Throwable cause) {
        groups.stopped(segment, String.valueOf(cause.getMessage()));
        LOG.atError()
                .addKeyValue("segment", segment)
                .setCause(cause)
                .log("group stopped on this node, the other members go on without it");
    }

    private static List<String> others(Supplier<@Nullable ClusterPlan> plan, String selfId, int segment) {
        ClusterPlan current = plan.get();
        if (current == null || segment >= current.seats().size()) {
            return List.of();
        }
        return current.seats().get(segment).stream()
                .filter(id -> !id.equals(selfId))
                .toList();
    }

    private static String name(Peers peers, String nodeId) {
        if (nodeId.equals(peers.selfId())) {
            return "this node";
        }
        return peers.others().stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .map(NodeEntry::name)
                .findFirst()
                .orElse(nodeId);
    }

    private static void every(ScheduledExecutorService timer, Duration period, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("periodic work failed, goes on");
            }
        };
        var unused = timer.scheduleWithFixedDelay(guarded, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static ScheduledExecutorService scheduler(int count, String name) {
        return new ScheduledThreadPoolExecutor(count, threads(name));
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
