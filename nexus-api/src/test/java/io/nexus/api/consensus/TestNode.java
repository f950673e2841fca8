package io.nexus.api.consensus;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.nexus.api.cluster.Peers;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.crdt.Position;
import io.nexus.statemachine.codec.BatchCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.ratis.GroupHooks;
import io.nexus.statemachine.ratis.StoreStateMachine;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.ratis.statemachine.StateMachine;
import org.jspecify.annotations.Nullable;

/** A node of a test's cluster: all of consensus on real Ratis, a store in the heap, toy engines. */
final class TestNode implements Peers, AutoCloseable {
    private final TestCluster cluster;
    private final NodeEntry entry;
    private final InMemoryNodeStore store = new InMemoryNodeStore((key, value) -> OptionalLong.empty());
    private final Map<Integer, ToyEngine> engines = new ConcurrentHashMap<>();
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Set<Integer> installing = ConcurrentHashMap.newKeySet();
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private Meters meters = newMeters();
    private @Nullable Consensus consensus;
    private @Nullable Server server;

    TestNode(TestCluster cluster, NodeEntry entry) {
        this.cluster = cluster;
        this.entry = entry;
    }

    TestNode start() throws IOException {
        meters = newMeters();
        int port = Integer.parseInt(entry.raftAddr().substring(entry.raftAddr().indexOf(':') + 1));
        RatisGroups.Setup setup = new RatisGroups.Setup(
                entry.nodeId(),
                cluster.id(),
                cluster.directory().resolve(entry.nodeId()),
                "127.0.0.1",
                port,
                cluster.overrides());
        Consensus.Collaborators with = new Consensus.Collaborators(
                this::machine,
                step -> {},
                this,
                cluster::plan,
                cluster::isAlive,
                meters,
                (what, cause) -> fatal.add(what + " " + cause),
                Stamps.of(InstantSource.system()),
                new Random(cluster.seed()));
        consensus = new Consensus(setup, with, cluster.tuning());
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", peerPort()))
                .addService(consensus().endpoint())
                .build()
                .start();
        consensus().start();
        return this;
    }

    private GroupMachines.Machine machine(int segment, GroupHooks hooks) {
        ToyEngine engine = new ToyEngine();
        engines.put(segment, engine);
        GroupMachines.Machine machine = GroupMachines.Machine.of(new StoreStateMachine(
                segment,
                store,
                Position.start(segment, 1, 42),
                engine,
                hooks,
                (wanted, minIndex, target) -> cluster.copy(this, wanted, minIndex, target),
                BatchCodec::decode));
        return new Pretending(machine, () -> installing.contains(segment));
    }

    /** The segment's rows seem to be on their way from elsewhere, or to have arrived. */
    void pretendInstalling(int segment, boolean now) {
        if (now) {
            installing.add(segment);
        } else {
            installing.remove(segment);
        }
    }

    private record Pretending(GroupMachines.Machine machine, BooleanSupplier pretended)
            implements GroupMachines.Machine {
        @Override
        public StateMachine ratis() {
            return machine.ratis();
        }

        @Override
        public boolean installing() {
            return pretended.getAsBoolean() || machine.installing();
        }

        @Override
        public List<Command> due(long nowMillis, int limit) {
            return machine.due(nowMillis, limit);
        }

        @Override
        public void prepareClose() {
            machine.prepareClose();
        }
    }

    String id() {
        return entry.nodeId();
    }

    NodeEntry entry() {
        return entry;
    }

    Consensus consensus() {
        if (consensus == null) {
            throw new IllegalStateException(entry.nodeId() + " is not running");
        }
        return consensus;
    }

    RatisGroups groups() {
        return consensus().groups();
    }

    boolean isRunning() {
        return consensus != null;
    }

    Meters meters() {
        return meters;
    }

    List<String> fatal() {
        return fatal;
    }

    ToyEngine engine(int segment) {
        return engines.get(segment);
    }

    InMemoryNodeStore store() {
        return store;
    }

    SegmentStore rows(int segment) {
        return store.segment(segment);
    }

    /** Command id to the how manieth it was. */
    Map<Long, Long> seen(int segment) {
        Map<Long, Long> seen = new TreeMap<>();
        rows(segment)
                .scan(
                        new byte[] {ToyEngine.KIND},
                        (key, value) -> seen.put(
                                ToyEngine.id(key),
                                java.nio.ByteBuffer.wrap(value).getLong()));
        return seen;
    }

    boolean leads(int segment) {
        return consensus != null && groups().group(segment).leaderReady();
    }

    CompletableFuture<Decided> submit(int segment, long commandId, Duration time) {
        return consensus()
                .router()
                .submit(segment, commandId, new Command.FindPool("p"), System.nanoTime() + time.toNanos());
    }

    /** Ends without a word, and forgets what was not flushed. */
    void kill() throws Exception {
        close();
        store.crash();
    }

    @Override
    public void close() throws IOException {
        Server serving = server;
        if (serving != null) {
            serving.shutdownNow();
            try {
                serving.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            server = null;
        }
        if (consensus != null) {
            consensus.close();
            consensus = null;
        }
        disconnect();
    }

    void disconnect() {
        Map<String, ManagedChannel> open = new HashMap<>(channels);
        channels.clear();
        open.values().forEach(ManagedChannel::shutdownNow);
    }

    /** Refuses names that nobody documented. */
    private static Meters newMeters() {
        return new Meters(MetricNames.base().with(ConsensusMetrics.HELP));
    }

    private int peerPort() {
        return Integer.parseInt(entry.peerAddr().substring(entry.peerAddr().indexOf(':') + 1));
    }

    /* --------------- peers --------------- */

    @Override
    public String selfId() {
        return entry.nodeId();
    }

    @Override
    public List<NodeEntry> others() {
        return cluster.plan().nodes().stream()
                .filter(node -> !node.nodeId().equals(entry.nodeId()))
                .toList();
    }

    @Override
    public @Nullable Channel live(String nodeId) {
        if (cluster.isCut(entry.nodeId(), nodeId)) {
            return null;
        }
        return channels.computeIfAbsent(
                nodeId,
                id -> NettyChannelBuilder.forTarget(cluster.node(id).entry.peerAddr())
                        .usePlaintext()
                        .build());
    }

    @Override
    public @Nullable Channel bulk(String nodeId) {
        return live(nodeId);
    }
}
