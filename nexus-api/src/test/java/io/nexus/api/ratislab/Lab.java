package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.LoggerFactory;

/**
 * A cluster in one JVM: Raft servers on loopback ports, several groups, links that can be cut. Every wait is for a
 * condition, with a limit that only a broken cluster reaches.
 */
final class Lab implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final long CLUSTER = 0x4e65_7875_734c_6162L;

    private final Map<String, LabNode> nodes = new LinkedHashMap<>();
    private final Set<String> isolated = ConcurrentHashMap.newKeySet();
    private final Network network = new Network();
    private final LabControl control = new LabControl(this);
    private final Path directory;
    private final Consumer<RaftProperties> settings;

    private Lab(Path directory, Consumer<RaftProperties> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Starts nodes n1..n without groups. */
    static Lab of(Path directory, int count) throws IOException {
        return of(directory, count, settings -> {});
    }

    /** As {@link #of(Path, int)}, with other settings. */
    static Lab of(Path directory, int count, Consumer<RaftProperties> settings) throws IOException {
        ExitUtils.disableSystemExit();
        level("org.apache.ratis", System.getProperty("lab.log", "ERROR"));
        level("io.grpc", "WARN");
        Lab lab = new Lab(directory, settings);
        lab.network.open();
        for (int n = 1; n <= count; n++) {
            lab.addNode("n" + n);
        }
        return lab;
    }

    /** Starts nodes n1..n, all members of the groups 1..groups, and waits for the leaders. */
    static Lab of(Path directory, int count, int groups) throws Exception {
        Lab lab = of(directory, count);
        lab.found(groups);
        return lab;
    }

    /** Makes groups 1..groups of all nodes and waits for their leaders. */
    void found(int groups) throws Exception {
        for (int group = 1; group <= groups; group++) {
            control.found(group, ids());
        }
        for (int group = 1; group <= groups; group++) {
            awaitLeader(group);
        }
    }

    LabNode addNode(String id) throws IOException {
        Path home = Files.createDirectories(directory.resolve(id));
        LabNode node = new LabNode(this, id, freePort(), home, settings);
        nodes.put(id, node);
        node.start();
        return node;
    }

    LabNode node(String id) {
        LabNode node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException(id);
        }
        return node;
    }

    Collection<LabNode> nodes() {
        return nodes.values();
    }

    List<String> ids() {
        return List.copyOf(nodes.keySet());
    }

    Network network() {
        return network;
    }

    LabControl control() {
        return control;
    }

    /** The group's number in the low bits, because Ratis makes its names of them. */
    RaftGroupId groupId(int group) {
        return RaftGroupId.valueOf(new UUID(CLUSTER, 0x8000_0000_0000_0000L | group));
    }

    static int groupOf(RaftGroupId id) {
        return (int) id.getUuid().getLeastSignificantBits();
    }

    List<RaftPeer> peers(Collection<String> ids) {
        return ids.stream().map(id -> node(id).peer()).toList();
    }

    LabNode awaitLeader(int group) {
        until(
                "group " + group + " has a ready leader",
                () -> nodes.values().stream().anyMatch(node -> isReachable(node) && node.isReadyLeader(group)));
        return nodes.values().stream()
                .filter(node -> isReachable(node) && node.isReadyLeader(group))
                .findFirst()
                .orElseGet(() -> awaitLeader(group));
    }

    LabNode awaitFollower(int group) {
        LabNode leader = awaitLeader(group);
        return nodes.values().stream()
                .filter(node -> node != leader && node.isRunning())
                .findFirst()
                .orElseThrow();
    }

    /** A node that is cut off is not asked, though it may still think that it leads. */
    private boolean isReachable(LabNode node) {
        return !isolated.contains(node.id());
    }

    void isolate(String id) {
        isolated.add(id);
        network.cutOff(id, ids());
    }

    void rejoin(String id) {
        isolated.remove(id);
        ids().stream().filter(other -> !isolated.contains(other)).forEach(other -> network.heal(id, other));
    }

    /** Waits until these nodes have applied the same entries of the group, and compares what they made of them. */
    void awaitEqual(int group, Collection<String> ids) {
        until(
                "group " + group + " is equal on " + ids,
                () -> ids.stream()
                                .map(id -> node(id).database().index(group))
                                .distinct()
                                .count()
                        == 1);
        List<ToySegment> rows =
                ids.stream().map(id -> node(id).database().snapshot(group)).toList();
        ToySegment first = rows.get(0);
        for (ToySegment other : rows) {
            if (other.index() != first.index()) {
                awaitEqual(group, ids);
                return;
            }
            assertThat(other.chain()).as("chain at %s", first.position()).isEqualTo(first.chain());
            assertThat(other.answers()).isEqualTo(first.answers());
        }
    }

    void awaitEqual(int group) {
        awaitEqual(group, ids());
    }

    /** Waits until the node has applied what the leaders have now. */
    void awaitCaughtUp(String id, int... groups) {
        for (int group : groups) {
            long wanted = awaitLeader(group).database().index(group);
            until(
                    id + " has group " + group + " at " + wanted,
                    () -> node(id).database().index(group) >= wanted);
        }
    }

    static void until(String what, BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition::getAsBoolean);
    }

    /** Any node that runs, can be reached and has the group at the wanted index or later. */
    void pull(LabNode puller, int group, long minIndex, ToyDatabase into) throws IOException {
        IOException last = new IOException("no node has group " + group + " at " + minIndex);
        for (LabNode source : nodes.values()) {
            ToyDatabase from = source.database();
            boolean serves = source != puller && source.isRunning() && !network.isCut(source.id(), puller.id());
            if (serves && from.index(group) >= minIndex) {
                try {
                    copy(puller, group, source.id(), from, into);
                    return;
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private void copy(LabNode puller, int group, String sourceId, ToyDatabase from, ToyDatabase into)
            throws IOException {
        ToySegment rows = from.snapshot(group);
        for (int row = 0; row < rows.answers().size(); row++) {
            puller.faults().pull.row(group, sourceId, row);
            if (from.isDead() || network.isCut(sourceId, puller.id())) {
                throw new IOException("lost the source " + sourceId + " after " + row + " rows");
            }
            if (into.isDead()) {
                throw new IOException("the puller is dead");
            }
        }
        into.install(group, rows);
    }

    @Override
    public void close() {
        nodes.values().parallelStream().forEach(LabNode::kill);
        network.close();
    }

    /** Below the range that the system gives to outgoing connections, so that it is still free after a restart. */
    private int freePort() throws IOException {
        for (int tries = 0; tries < 1000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IOException("no free port");
    }

    private static void level(String logger, String level) {
        ((Logger) LoggerFactory.getLogger(logger)).setLevel(Level.valueOf(level));
    }
}
