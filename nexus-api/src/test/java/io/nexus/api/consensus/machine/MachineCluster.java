package io.nexus.api.consensus.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.ratis.BatchMessage;
import io.nexus.statemachine.ratis.GroupIds;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.slf4j.LoggerFactory;

/** Nodes n1..n3 in one JVM, all of them members of groups 1..n. Every wait is for a condition, with a wide limit. */
final class MachineCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Where Ratis lets a request fail at its receiver. The table that it keeps is static: one cluster at a time. */
    private static final List<String> RECEIVE = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    private static final UUID CLUSTER = new UUID(0x4d616368696e6573L, 1);

    private final List<MachineNode> nodes = new ArrayList<>();
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final Set<String> isolated = ConcurrentHashMap.newKeySet();

    MachineCluster(Path directory, int groups, boolean onDisk) throws Exception {
        ExitUtils.disableSystemExit();
        for (String point : RECEIVE) {
            CodeInjectionForTesting.put(point, (local, remote, arguments) -> {
                if (isolated.contains(String.valueOf(local)) || isolated.contains(String.valueOf(remote))) {
                    throw new IllegalStateException("link is cut: " + remote + " -> " + local);
                }
                return false;
            });
        }
        ((Logger) LoggerFactory.getLogger("org.apache.ratis"))
                .setLevel(Level.valueOf(System.getProperty("ratis.log", "ERROR")));
        for (int n = 1; n <= 3; n++) {
            Path home = Files.createDirectories(directory.resolve("n" + n));
            MachineNode node = new MachineNode(this, "n" + n, freePort(), home, onDisk);
            nodes.add(node);
            node.start();
        }
        for (int group = 1; group <= groups; group++) {
            for (MachineNode node : nodes) {
                RaftGroup members = RaftGroup.valueOf(
                        groupId(group), nodes.stream().map(MachineNode::peer).toList());
                get(node.server()
                        .groupManagementAsync(GroupManagementRequest.newAdd(
                                client, RaftPeerId.valueOf(node.id()), calls.incrementAndGet(), members, true)));
            }
        }
        for (int group = 1; group <= groups; group++) {
            leader(group);
        }
    }

    /** Nobody reaches the node, and it nobody, until {@link #rejoin}. Pulls are not concerned. */
    void isolate(MachineNode node) {
        isolated.add(node.id());
    }

    void rejoin(MachineNode node) {
        isolated.remove(node.id());
    }

    RaftGroupId groupId(int group) {
        return GroupIds.of(CLUSTER, group);
    }

    List<MachineNode> nodes() {
        return nodes;
    }

    /** A node that leads and said so. */
    MachineNode leader(int group) {
        MachineNode[] found = new MachineNode[1];
        until("group " + group + " has a ready leader", () -> {
            for (MachineNode node : nodes) {
                if (!isolated.contains(node.id())
                        && node.leads(group)
                        && node.hooks().ready.contains(group)) {
                    found[0] = node;
                    return true;
                }
            }
            return false;
        });
        return Objects.requireNonNull(found[0]);
    }

    MachineNode follower(int group) {
        MachineNode leader = leader(group);
        return nodes.stream()
                .filter(node -> node != leader && node.runs())
                .findFirst()
                .orElseThrow();
    }

    /** Writes so many numbers, each until a leader says that it has it. */
    void write(int group, int count) {
        for (int i = 0; i < count; i++) {
            decide(group, ToyEngine.batch(numbers.get(), (int) numbers.incrementAndGet()));
        }
    }

    /** An entry that changes no row. */
    void tick(int group) {
        decide(group, ToyEngine.tick(numbers.get()));
    }

    private void decide(int group, Batch batch) {
        until("a batch is decided", () -> {
            BatchMessage message = MachineNode.message(batch);
            try {
                RaftClientReply reply = leader(group).submit(group, message).get(5, TimeUnit.SECONDS);
                return reply.isSuccess() && message.result() != null;
            } catch (Exception e) {
                return false; // no leader at this moment
            }
        });
    }

    /** Waits until all nodes that run have the same rows. */
    void awaitEqual(int group) {
        until("group " + group + " is equal", () -> positions(group).distinct().count() == 1);
        List<List<String>> rows = new ArrayList<>();
        for (MachineNode node : nodes) {
            if (node.runs()) {
                List<String> text = new ArrayList<>();
                node.store()
                        .segment(group)
                        .scan(
                                new byte[0],
                                (key, value) -> text.add(
                                        new BigInteger(key).toString(16) + "=" + new BigInteger(value).toString(16)));
                rows.add(text);
            }
        }
        assertThat(rows.stream().distinct()).hasSize(1);
    }

    private Stream<Position> positions(int group) {
        return nodes.stream().filter(MachineNode::runs).map(node -> node.position(group));
    }

    /** @return the index that the snapshot covers, -1 if none was taken */
    long snapshot(int group, MachineNode node) throws Exception {
        return get(snapshotAsync(group, node)).getLogIndex();
    }

    CompletableFuture<RaftClientReply> snapshotAsync(int group, MachineNode node) throws Exception {
        return node.server()
                .snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                        client, RaftPeerId.valueOf(node.id()), groupId(group), calls.incrementAndGet(), 60_000, 1));
    }

    /** Takes snapshots until the logs of all nodes that run start past this index. */
    void purge(int group, long past) {
        until("the logs are purged", () -> {
            boolean all = true;
            for (MachineNode node : nodes) {
                if (node.runs() && !isolated.contains(node.id())) {
                    try {
                        snapshot(group, node);
                        all &= node.division(group).getRaftLog().getStartIndex() > past;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            if (!all) {
                write(group, 5);
            }
            return all;
        });
    }

    /** Until the node leads, ready or not. */
    void transfer(int group, MachineNode to) {
        until("leadership moved", () -> {
            for (MachineNode from : nodes) {
                if (from != to && from.leads(group)) {
                    ask(group, from, to);
                }
            }
            return to.leads(group);
        });
    }

    private void ask(int group, MachineNode from, MachineNode to) {
        try {
            get(from.server()
                    .transferLeadershipAsync(new TransferLeadershipRequest(
                            client,
                            RaftPeerId.valueOf(from.id()),
                            groupId(group),
                            calls.incrementAndGet(),
                            RaftPeerId.valueOf(to.id()),
                            5_000)));
        } catch (Exception e) {
            LoggerFactory.getLogger(MachineCluster.class)
                    .atInfo()
                    .setCause(e)
                    .log("leadership not transferred, will be asked again");
        }
    }

    CompletableFuture<RaftClientReply> remove(int group, MachineNode node) throws IOException {
        return node.server()
                .groupManagementAsync(GroupManagementRequest.newRemove(
                        client, RaftPeerId.valueOf(node.id()), calls.incrementAndGet(), groupId(group), true, false));
    }

    RaftClientRequest request(int group, MachineNode node, Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(RaftPeerId.valueOf(node.id()))
                .setGroupId(groupId(group))
                .setCallId(calls.incrementAndGet())
                .setMessage(message)
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    static void until(String what, BooleanSupplier condition) {
        await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition::getAsBoolean);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        nodes.parallelStream().forEach(MachineNode::dispose);
        RECEIVE.forEach(CodeInjectionForTesting::remove);
    }

    static RaftProperties properties(Path directory, int port) {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        GrpcConfigKeys.Server.setHost(p, "127.0.0.1");
        GrpcConfigKeys.Server.setPort(p, port);
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(600));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(1200));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(200));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(600));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, millis(3000));
        RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(1000));
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("4KB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("4KB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("1100KB"));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("1MB"));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgeGap(p, 1);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(p, true);
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "1ms,10, 200ms,100000");
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
        return p;
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }

    /** Below the range that the system gives to outgoing connections, so that it is still free after a restart. */
    private static int freePort() throws IOException {
        IOException last = new IOException("no free port");
        for (int tries = 0; tries < 1000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }
}
