package io.nexus.api.ratislab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;

/**
 * One node: a Raft server, its database and its state machines. It keeps its identity, port and disk over restarts.
 * The control methods are called by the test's thread.
 */
final class LabNode {
    private final String id;
    private final int port;
    private final Path directory;
    private final Lab lab;
    private final Consumer<RaftProperties> settings;
    private final Faults faults = new Faults();
    private final Map<Integer, ToyMachine> machines = new ConcurrentHashMap<>();
    private volatile ToyDatabase database = new ToyDatabase();
    private volatile @Nullable RaftServer server;
    private @Nullable ExecutorService rpc;

    LabNode(Lab lab, String id, int port, Path directory, Consumer<RaftProperties> settings) {
        this.settings = settings;
        this.lab = lab;
        this.id = id;
        this.port = port;
        this.directory = directory;
    }

    String id() {
        return id;
    }

    Faults faults() {
        return faults;
    }

    Path directory() {
        return directory;
    }

    ToyDatabase database() {
        return database;
    }

    RaftPeer peer() {
        return RaftPeer.newBuilder().setId(id).setAddress("127.0.0.1:" + port).build();
    }

    boolean isRunning() {
        return server != null;
    }

    RaftServer server() {
        RaftServer running = server;
        if (running == null) {
            throw new IllegalStateException(id + " is down");
        }
        return running;
    }

    RaftServer.Division division(int group) throws IOException {
        return server().getDivision(lab.groupId(group));
    }

    /** The newest state machine of the group on this node. */
    ToyMachine machine(int group) {
        ToyMachine machine = machines.get(group);
        if (machine == null) {
            throw new IllegalStateException(id + " has no group " + group);
        }
        return machine;
    }

    boolean isReadyLeader(int group) {
        try {
            return isRunning() && division(group).getInfo().isLeaderReady();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Submitted in the JVM, as the batcher does it; ends on one of Ratis' threads. */
    CompletableFuture<RaftClientReply> submit(RaftClientRequest request) {
        try {
            RaftServer.Division division = server().getDivision(request.getRaftGroupId());
            return ((RaftClientAsynchronousProtocol) division).submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    void start() throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(2, task -> new Thread(task, id + "-rpc"));
        rpc = threads;
        Parameters parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.executor(threads));
        RaftProperties properties = LabSettings.of(directory.resolve("raft"), port);
        settings.accept(properties);
        RaftServer starting = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(id))
                .setStateMachineRegistry(this::newMachine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(properties)
                .setParameters(parameters)
                .build();
        try {
            starting.start();
            server = starting;
        } finally {
            if (server == null) {
                machines.values().forEach(ToyMachine::abandon);
                starting.close();
                threads.shutdown();
            }
        }
    }

    /** Ends the process cleanly: everything applied is on disk. */
    void stop() {
        close();
        database.flush();
        database = database.crash();
    }

    /** Ends the process as a kill would: what was not flushed is gone. The Raft log, which is synced, stays. */
    void crash() {
        lab.isolate(id);
        kill();
        lab.rejoin(id);
    }

    /** As {@link #crash}, when nobody is left who could notice. */
    void kill() {
        database = database.crash();
        close();
    }

    private void close() {
        RaftServer running = server;
        if (running == null) {
            return;
        }
        machines.values().forEach(ToyMachine::abandon);
        server = null;
        CompletableFuture<Void> closing = CompletableFuture.runAsync(
                () -> {
                    try {
                        running.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task, id + "-close").start());
        Lab.until(id + " is closed", () -> {
            machines.values().stream().filter(ToyMachine::isClosed).forEach(this::wakeLogWriter);
            return closing.isDone();
        });
        closing.join();
        ExecutorService threads = rpc;
        if (threads != null) {
            threads.shutdown();
        }
    }

    /** Saves a second for each closing: the thread that writes the log would sleep that long before it ends. */
    private void wakeLogWriter(ToyMachine closed) {
        String writer = id + "@" + closed.getGroupId() + "-SegmentedRaftLogWorker";
        Thread[] threads = new Thread[2000];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().equals(writer)) {
                threads[i].interrupt();
            }
        }
    }

    private ToyMachine newMachine(RaftGroupId gid) {
        int group = Lab.groupOf(gid);
        ToyDatabase current = database;
        ToyMachine machine =
                new ToyMachine(group, id, faults, current, (g, minIndex, into) -> lab.pull(this, g, minIndex, into));
        machines.put(group, machine);
        return machine;
    }
}
