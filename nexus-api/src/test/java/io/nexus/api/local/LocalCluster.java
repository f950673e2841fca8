package io.nexus.api.local;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.feed.Copies;
import io.nexus.api.feed.FollowState;
import io.nexus.api.http.JsonValues;
import io.nexus.api.keyspace.AllocationsSubtree;
import io.nexus.api.keyspace.ClusterSubtrees;
import io.nexus.api.keyspace.Keyspace;
import io.nexus.api.keyspace.PoolsSubtree;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.records.RecordMetrics;
import io.nexus.api.records.RecordSettings;
import io.nexus.api.records.Records;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.CommandIds;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.PoolFinder;
import io.nexus.api.service.PoolService;
import io.nexus.api.service.Readiness;
import io.nexus.api.service.RecordService;
import io.nexus.api.watch.WatchHub;
import io.nexus.api.watch.Watches;
import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.InMemoryRecordDisk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one node in the heap: the services of this module over real engines and a store without a disk. Time
 * stands still unless it is moved.
 */
public final class LocalCluster implements AutoCloseable {
    public static final String NODE = "6f9d8a54-0000-4000-8000-000000000001";
    public static final int SEGMENTS = 4;
    public static final int WATCHERS_MAX = 20;
    private static final long START_MILLIS = 1_790_000_000_000L;

    public final AtomicLong clockMillis = new AtomicLong(START_MILLIS);
    public final AtomicLong nanoClock = new AtomicLong();
    public final List<String> notReady = new CopyOnWriteArrayList<>();
    public final List<String> warnings = new CopyOnWriteArrayList<>();
    public final Meters meters = new Meters(MetricNames.base());
    public final InMemoryNodeStore store = new InMemoryNodeStore(new NexusIndexRule());
    public final LocalRouter router;
    public final LocalDirectory directory;
    public final ScanningLookups lookups;
    public final AllocationService allocations;
    public final PoolService pools;
    public final LookupService lookupService;
    public final ClusterService cluster;
    /** False: as before the node is in a cluster. */
    public final AtomicBoolean joined = new AtomicBoolean(true);

    public final Keyspace keyspace;
    public final Watches watches;

    public final RecordService records;

    private final Records replica;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "local-router");
        thread.setDaemon(true);
        return thread;
    });

    public LocalCluster() {
        router = new LocalRouter(store, SEGMENTS, clockMillis::get, threads);
        directory = new LocalDirectory(store, SEGMENTS);
        router.listen(directory::learn);
        lookups = new ScanningLookups(store, directory, router, SEGMENTS);
        CommandIds ids = new CommandIds();
        PoolFinder finder = new PoolFinder(directory, router, ids, nanoClock::get);
        allocations = new AllocationService(finder, router, ids, lookups, meters);
        pools = new PoolService(directory, finder, router, ids, new Groups());
        lookupService = new LookupService(lookups, directory, NODE);
        cluster = new ClusterService(
                new ClusterService.Sources(new View(), new Groups(), store, directory, new Ready(), new NoFeed()),
                "1.2.3",
                nanoClock::get);
        replica = new Records(new Records.Setup(
                new InMemoryRecordDisk(),
                NODE,
                new RecordSettings(Duration.ofSeconds(5), Duration.ofMillis(500)),
                new RecordMetrics(new Meters()),
                () -> Instant.ofEpochMilli(clockMillis.get()),
                failure -> {
                    throw new AssertionError(failure);
                }));
        records = new RecordService(replica, threads, joined::get);
        WatchHub changes = new WatchHub(SEGMENTS + 1, store, directory, 1 << 20);
        changes.start();
        router.steps(changes::onStep);
        watches = new Watches(new Watches.Sources(changes, new View(), List.of()), WATCHERS_MAX, meters);
        JsonValues values = new JsonValues();
        keyspace = new Keyspace(
                List.of(
                        new PoolsSubtree(store, directory, values),
                        new AllocationsSubtree(store, directory, values, SEGMENTS),
                        ClusterSubtrees.peers(cluster, InstantSource.fixed(Instant.EPOCH)),
                        ClusterSubtrees.hashring(cluster)),
                new Keyspace.Sources(store, new View(), new Groups()),
                threads);
        for (int segment = 1; segment <= SEGMENTS; segment++) {
            store.segment(segment).commit(Position.start(segment, 1, 1).atLog(1, 0, 0), List.of());
        }
        watches.start(segment -> true);
        router.submit(0, 1, new Command.FoundCluster(plan()), deadline()).join();
        router.drainSubmitted();
    }

    public static long deadline() {
        return System.nanoTime() + 10_000_000_000L;
    }

    public static ClusterPlan plan() {
        return new ClusterPlan(
                1,
                "0b51f0a4-0000-4000-8000-00000000000c",
                List.of(new NodeEntry(NODE, "nexus-0", "h:9002", "h:9003", "h:9000", "h:9001")),
                SEGMENTS,
                42,
                1,
                150,
                Collections.nCopies(SEGMENTS + 1, List.of(NODE)));
    }

    /** Moves the time of the state, and ends the leases that are over. */
    public void passSeconds(long seconds) {
        clockMillis.addAndGet(seconds * 1_000);
        router.expire();
    }

    @Override
    public void close() {
        replica.close();
        watches.close();
        threads.shutdownNow();
    }

    private final class Groups implements GroupView {
        @Override
        public GroupState group(int segment) {
            boolean leads = router.hasLeader(segment);
            return new GroupState(
                    segment, true, leads, 1, leads ? NODE : null, List.of(NODE), GroupView.Condition.LIVE);
        }

        @Override
        public String owner(int segment) {
            return router.hasLeader(segment) ? NODE : null;
        }
    }

    private static final class View implements ClusterView {
        @Override
        public String selfId() {
            return NODE;
        }

        @Override
        public ClusterPlan plan() {
            return LocalCluster.plan();
        }

        @Override
        public Liveness liveness(String nodeId) {
            return new Liveness(State.UP, 0);
        }

        @Override
        public long stalenessMillis(int segment) {
            return 0;
        }
    }

    private final class Ready implements Readiness {
        @Override
        public boolean serves() {
            return true;
        }

        @Override
        public boolean ready() {
            return notReady.isEmpty();
        }

        @Override
        public List<String> reasons() {
            return List.copyOf(notReady);
        }

        @Override
        public List<String> warnings() {
            return List.copyOf(warnings);
        }
    }

    private static final class NoFeed implements Copies {
        @Override
        public @Nullable FollowState state(int segment) {
            return null;
        }

        @Override
        public long lag(int segment) {
            return 0;
        }
    }

    /** All segments, the meta group first. */
    public static IntStream segments() {
        return IntStream.rangeClosed(0, SEGMENTS);
    }
}
