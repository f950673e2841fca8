package io.nexus.api.consensus;

import static org.awaitility.Awaitility.await;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;

/** Nodes in one JVM, connected by loopback, with links that a test can cut. Ratis' fault table is static: one at a time. */
final class TestCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> RECEIVE = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    private final UUID id = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private final Path directory;
    private final Tuning tuning;
    private final Map<String, String> overrides = new HashMap<>();
    private final Map<String, TestNode> nodes = new ConcurrentHashMap<>();
    private final Set<String> isolated = ConcurrentHashMap.newKeySet();
    private volatile ClusterPlan plan;

    /**
     * @param seats for each group from the meta group on, node names, preferred owner first
     */
    TestCluster(Path directory, Tuning tuning, List<String> names, List<List<String>> seats) {
        ExitUtils.disableSystemExit();
        this.directory = directory;
        this.tuning = tuning;
        overrides.put("raft.server.snapshot.trigger-when-stop.enabled", "false");
        List<NodeEntry> entries = new ArrayList<>();
        for (String name : names) {
            entries.add(entry(name));
        }
        plan = new ClusterPlan(1, id.toString(), entries, seats.size() - 1, 7, 1, 150, seats);
        entries.forEach(entry -> nodes.put(entry.nodeId(), new TestNode(this, entry)));
        RECEIVE.forEach(point -> CodeInjectionForTesting.put(point, (local, remote, args) -> {
            if (isCut(String.valueOf(local), String.valueOf(remote))) {
                throw new IllegalStateException("link is cut: " + remote + " -> " + local);
            }
            return false;
        }));
    }

    /** Starts all nodes and founds all groups. */
    TestCluster found() throws Exception {
        for (TestNode node : nodes.values()) {
            node.start();
        }
        for (int segment = 0; segment < plan.seats().size(); segment++) {
            foundGroup(segment);
        }
        return this;
    }

    void foundGroup(int segment) throws Exception {
        List<NodeEntry> members = members(segment);
        for (NodeEntry member : members) {
            node(member.nodeId()).groups().createGroup(segment, members).get(60, TimeUnit.SECONDS);
        }
    }

    List<NodeEntry> members(int segment) {
        return plan.seats().get(segment).stream()
                .map(name -> node(name).entry())
                .toList();
    }

    TestNode owner(int segment) {
        return await("an owner of segment " + segment)
                .atMost(PATIENCE)
                .until(() -> ownerNow(segment), owner -> owner != null);
    }

    private @Nullable TestNode ownerNow(int segment) {
        return nodes.values().stream()
                .filter(node -> node.isRunning() && !isolated.contains(node.id()) && node.leads(segment))
                .findFirst()
                .orElse(null);
    }

    List<TestNode> others(TestNode than) {
        return nodes.values().stream().filter(node -> node != than).toList();
    }

    TestNode node(String name) {
        return nodes.get(name);
    }

    List<TestNode> nodes() {
        return List.copyOf(nodes.values());
    }

    TestNode add(String name) throws IOException {
        NodeEntry entry = entry(name);
        TestNode added = new TestNode(this, entry);
        nodes.put(name, added);
        List<NodeEntry> entries = new ArrayList<>(plan.nodes());
        entries.add(entry);
        plan = new ClusterPlan(
                plan.version() + 1, id.toString(), entries, plan.segmentCount(), 7, 1, 150, plan.seats());
        return added.start();
    }

    /** Neither Raft nor forwarding reaches the node any more, nor comes from it. */
    void isolate(TestNode node) {
        isolated.add(node.id());
        nodes.values().forEach(TestNode::disconnect);
    }

    void heal() {
        isolated.clear();
    }

    boolean isCut(String a, String b) {
        return !a.equals(b) && (isolated.contains(a) || isolated.contains(b));
    }

    boolean isAlive(String nodeId) {
        TestNode node = nodes.get(nodeId);
        return node != null && node.isRunning() && !isolated.contains(nodeId);
    }

    /** What the feed does in a real node: all rows of a segment from whoever is far enough. */
    void copy(TestNode to, int segment, long minIndex, SegmentStore target) throws IOException {
        for (TestNode from : nodes.values()) {
            if (from == to) {
                continue;
            }
            try (SegmentStore.StoreSnapshot snapshot = from.rows(segment).snapshot()) {
                if (snapshot != null && snapshot.position().index() >= minIndex) {
                    try (SegmentStore.Install install = target.install()) {
                        snapshot.scan(new byte[0], install::put);
                        install.finish(snapshot.position());
                        return;
                    }
                }
            }
        }
        throw new IOException("nobody is at " + minIndex);
    }

    UUID id() {
        return id;
    }

    Path directory() {
        return directory;
    }

    Tuning tuning() {
        return tuning;
    }

    Map<String, String> overrides() {
        return overrides;
    }

    ClusterPlan plan() {
        return plan;
    }

    long seed() {
        return 1;
    }

    @Override
    public void close() {
        RECEIVE.forEach(CodeInjectionForTesting::remove);
        nodes.values().parallelStream().forEach(node -> {
            try {
                node.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private NodeEntry entry(String name) {
        return new NodeEntry(name, name, "127.0.0.1:" + freePort(), "127.0.0.1:" + freePort(), "", "");
    }

    private final Set<Integer> given = new HashSet<>();

    private int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return given.add(socket.getLocalPort()) ? socket.getLocalPort() : freePort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
