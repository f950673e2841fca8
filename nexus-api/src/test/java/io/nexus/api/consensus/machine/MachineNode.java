package io.nexus.api.consensus.machine;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.ratis.BatchMessage;
import io.nexus.statemachine.ratis.GroupIds;
import io.nexus.statemachine.ratis.StoreStateMachine;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RocksNodeStore;
import io.nexus.statemachine.storage.StoreOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;

/** One node: a Raft server, a store and a state machine for each group. Keeps port and disk over restarts. */
final class MachineNode {
    private final MachineCluster cluster;
    private final String id;
    private final int port;
    private final Path directory;
    private final Map<Integer, StoreStateMachine> machines = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicBoolean> broken = new ConcurrentHashMap<>();
    private volatile NodeStore store;
    private volatile RecordedHooks hooks = new RecordedHooks();
    private volatile Pulls pulls;
    private volatile @Nullable RaftServer server;

    MachineNode(MachineCluster cluster, String id, int port, Path directory, boolean onDisk) {
        this.cluster = cluster;
        this.id = id;
        this.port = port;
        this.directory = directory;
        this.pulls = new Pulls(cluster, id);
        this.store = onDisk ? openRocks() : new InMemoryNodeStore(ToyEngine.RULE);
    }

    private NodeStore openRocks() {
        return RocksNodeStore.open(directory.resolve("store"), ToyEngine.RULE, StoreOptions.DEFAULT.losingOnClose());
    }

    String id() {
        return id;
    }

    RaftPeer peer() {
        return RaftPeer.newBuilder().setId(id).setAddress("127.0.0.1:" + port).build();
    }

    boolean runs() {
        return server != null;
    }

    RaftServer server() {
        return Objects.requireNonNull(server, "node is down");
    }

    NodeStore store() {
        return store;
    }

    /** What was heard since the last start. */
    RecordedHooks hooks() {
        return hooks;
    }

    Pulls pulls() {
        return pulls;
    }

    /** The newest one of this group. */
    StoreStateMachine machine(int group) {
        return Objects.requireNonNull(machines.get(group));
    }

    AtomicBoolean broken(int group) {
        return broken.computeIfAbsent(group, number -> new AtomicBoolean());
    }

    RaftServer.Division division(int group) throws IOException {
        return server().getDivision(cluster.groupId(group));
    }

    @Nullable
    Position position(int group) {
        return store.segment(group).position();
    }

    long index(int group) {
        Position position = position(group);
        return position == null ? -1 : position.index();
    }

    /** First entry that the log still has. */
    long logStart(int group) {
        try {
            return division(group).getRaftLog().getStartIndex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean leads(int group) {
        try {
            return runs() && division(group).getInfo().isLeader();
        } catch (IOException e) {
            return false;
        }
    }

    CompletableFuture<RaftClientReply> submit(int group, Message message) {
        RaftClientRequest request = cluster.request(group, this, message);
        try {
            return ((RaftClientAsynchronousProtocol) division(group)).submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    static BatchMessage message(Batch batch) {
        return new BatchMessage(batch, ToyEngine.encode(batch));
    }

    void start() throws IOException {
        hooks = new RecordedHooks();
        RaftServer starting = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(id))
                .setStateMachineRegistry(this::newMachine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(MachineCluster.properties(directory.resolve("raft"), port))
                .build();
        try {
            starting.start();
        } catch (IOException | RuntimeException e) {
            starting.close();
            throw e;
        }
        server = starting;
    }

    private StoreStateMachine newMachine(RaftGroupId id) {
        int group = GroupIds.segment(id);
        StoreStateMachine machine = new StoreStateMachine(
                group,
                store,
                Position.start(group, 1, 4711),
                new ToyEngine(broken(group)),
                hooks,
                pulls,
                ToyEngine::decode);
        machines.put(group, machine);
        return machine;
    }

    /** Ends the node as a crash does: of the store only what was flushed is left. The log, which is synced, stays. */
    void crash() throws IOException {
        close();
        if (store instanceof InMemoryNodeStore memory) {
            memory.crash();
        } else {
            store.close();
            store = openRocks();
        }
        pulls = new Pulls(cluster, id);
    }

    private void close() throws IOException {
        RaftServer running = server;
        if (running != null) {
            machines.values().forEach(StoreStateMachine::prepareClose);
            server = null;
            running.close();
        }
    }

    /** For the end of a test. */
    void dispose() {
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            store.close();
        }
    }

    @Override
    public String toString() {
        return id;
    }
}
