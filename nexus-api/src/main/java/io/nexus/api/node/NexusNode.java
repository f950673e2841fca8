package io.nexus.api.node;

import io.nexus.api.cluster.ClusterThreads;
import io.nexus.api.cluster.DataDirectory;
import io.nexus.api.cluster.Entrance;
import io.nexus.api.cluster.NodeIdentity;
import io.nexus.api.cluster.PeerServer;
import io.nexus.api.config.HostPort;
import io.nexus.api.config.NodeConfig;
import io.nexus.api.consensus.ConsensusMetrics;
import io.nexus.api.consensus.FatalHandler;
import io.nexus.api.consensus.RaftPort;
import io.nexus.api.feed.FeedMetrics;
import io.nexus.api.keyspace.RecordSubtrees;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.metrics.ProcessMetrics;
import io.nexus.api.records.RecordMetrics;
import io.nexus.api.records.Records;
import io.nexus.api.service.StorePoolDirectory;
import io.nexus.api.watch.WatchHub;
import io.nexus.api.watch.Watches;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RocksNodeStore;
import io.nexus.statemachine.storage.RocksRecordStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: everything constructed by hand, started in order, closed in the reverse.
 *
 * <p>Start: identity and store, then the endpoints (they answer "starting" with the reason), then the peer port and the
 * way into the cluster; when the plan is in force, groups, heartbeats and feed. Stop: endpoints drain, leadership is
 * handed over, groups close, the store last.
 *
 * <p>start and close are called by one thread each and block. A failure after start is told to the {@link FatalHandler}.
 */
public final class NexusNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NexusNode.class);
    private static final int PEER_THREADS = 3;
    private static final long ASSEMBLY_SECONDS = 20;

    private final NodeSetup setup;
    private final String version;
    private final FatalHandler fatal;
    private final Meters meters;
    private final ExecutorService assembly =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "nexus-assembly"));
    private final ExecutorService peerCalls =
            Executors.newFixedThreadPool(PEER_THREADS, task -> new Thread(task, "peer-calls"));
    /** In the order of construction; closed in the reverse. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private @Nullable NodeReadiness readiness;
    private volatile @Nullable Endpoints endpoints;
    private volatile @Nullable RunningNode running;
    private volatile boolean closing;

    /**
     * @param version of the software, for status
     * @param machineName under which others reach this machine, where the configuration says nothing
     * @param fatal ends the process
     */
    public NexusNode(NodeConfig config, String version, String machineName, FatalHandler fatal) {
        this.setup = new NodeSetup(config, machineName);
        this.version = version;
        this.fatal = fatal;
        this.meters = new Meters(MetricNames.base()
                .with(ConsensusMetrics.HELP)
                .with(FeedMetrics.HELP)
                .with(RecordMetrics.HELP));
    }

    /**
     * Opens the data directory and listens; goes on to enter the cluster in the background. After a failure call close.
     *
     * @throws io.nexus.api.cluster.IdentityRefused if this process must not start on the data directory
     * @throws java.io.UncheckedIOException if the data directory cannot be read or written
     * @throws io.nexus.statemachine.storage.StorageFailure if the store cannot be opened
     * @throws IOException if an address is taken
     */
    public void start() throws IOException {
        ProcessMetrics.register(meters);
        DataDirectory directory = setup.directory();
        NodeIdentity identity = keep(directory.open(setup.hardSettings(), setup.addresses()));
        HostPort raft = setup.raftListen();
        RaftPort.requireFree(raft.isWildcard() ? "0.0.0.0" : raft.host(), raft.port());
        NodeStore store = keep(RocksNodeStore.open(directory.store(), new NexusIndexRule(), setup.storeOptions()));
        StorePoolDirectory pools = new StorePoolDirectory(store, setup.segments());
        pools.start();
        Records records = keep(openRecords(directory, identity));
        ClusterThreads threads = keep(new ClusterThreads());
        Entrance entrance = keep(new Entrance(identity, setup.terms(), threads));
        LatePorts ports = new LatePorts(
                setup.self(identity.nodeId()),
                setup.segments(),
                setup.hardSettings().virtualNodes());
        WatchHub changes = new WatchHub(setup.segments() + 1, store, pools, setup.watchWindowBytes());
        changes.start();
        List<Subtree> plugged = RecordSubtrees.of(records);
        Watches watches =
                keep(new Watches(new Watches.Sources(changes, ports.cluster(), plugged), setup.watchersMax(), meters));
        NodeBase base = new NodeBase(
                setup, identity, store, pools, records, changes, plugged, watches, entrance, threads, meters);
        NodeReadiness ready = new NodeReadiness(ports, entrance::reasons, this::problems, this::warnings);
        readiness = ready;
        PeerServer peerServer =
                keep(new PeerServer(setup.peerListen(), identity, List.of(entrance.service()), peerCalls));
        peerServer.start();
        Endpoints faces = new Endpoints(base, ports, ready, version);
        endpoints = faces;
        faces.start();
        LOG.atInfo()
                .addKeyValue("node", identity.nodeId())
                .addKeyValue("data", directory.root())
                .addKeyValue("grpc", setup.addresses().grpcAddr())
                .addKeyValue("http", setup.addresses().httpAddr())
                .log("listening");
        entrance.start();
        entrance.inForce()
                .whenCompleteAsync((plan, failure) -> enter(base, ports, peerServer, plan, failure), assembly);
    }

    private Records openRecords(DataDirectory directory, NodeIdentity identity) {
        return new Records(new Records.Setup(
                RocksRecordStore.open(directory.records(), setup.recordStoreOptions()),
                identity.nodeId(),
                setup.records(),
                new RecordMetrics(meters),
                InstantSource.system(),
                failure -> fatal.fatal("The records' store failed.", failure)));
    }

    /** True once this node serves everything; see {@code /ready}. */
    public boolean ready() {
        NodeReadiness ready = readiness;
        return ready != null && ready.ready();
    }

    private void enter(
            NodeBase base,
            LatePorts ports,
            PeerServer peerServer,
            @Nullable ClusterPlan plan,
            @Nullable Throwable failure) {
        if (closing) {
            return;
        }
        if (plan == null) {
            fatal.fatal(
                    "The node could not write down which cluster it belongs to.",
                    failure == null ? new IllegalStateException("no plan") : failure);
            return;
        }
        try {
            RunningNode node = new RunningNode(base, plan, fatal);
            running = node;
            node.start(ports, peerServer);
            Endpoints faces = endpoints;
            if (faces != null) {
                faces.serving();
            }
        } catch (IOException | RuntimeException e) {
            fatal.fatal("The node could not start its groups.", e);
        }
    }

    private List<String> warnings() {
        RunningNode node = running;
        return node == null ? List.of() : node.warnings();
    }

    private List<String> problems() {
        RunningNode node = running;
        return node == null ? List.of() : node.problems();
    }

    /**
     * The orderly stop: no new calls, what is under way ends, leadership goes to other nodes, groups close, the store
     * last. Blocks for some seconds. Idempotent.
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        LOG.atInfo().log("stopping");
        NodeReadiness ready = readiness;
        if (ready != null) {
            ready.stopping();
        }
        awaitAssembly();
        Endpoints faces = endpoints;
        RunningNode node = running;
        if (faces != null) {
            faces.drain();
        }
        if (node != null) {
            node.handOver();
        }
        if (faces != null) {
            quietly(faces);
        }
        if (node != null) {
            quietly(node);
        }
        while (!opened.isEmpty()) {
            quietly(opened.pop());
        }
        peerCalls.shutdown();
        LOG.atInfo().log("stopped");
    }

    /** A node that is just starting its groups must have done so before they can be closed. */
    private void awaitAssembly() {
        assembly.shutdown();
        try {
            if (!assembly.awaitTermination(ASSEMBLY_SECONDS, TimeUnit.SECONDS)) {
                LOG.atWarn().log("the start of the groups did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        opened.push(part);
        return part;
    }

    private static void quietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            // The rest must be closed all the same; what failed is in the log.
            LOG.atWarn()
                    .addKeyValue("part", part.getClass().getSimpleName())
                    .setCause(e)
                    .log("closing failed");
        }
    }
}
