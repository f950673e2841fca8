package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.PoolSpec;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.NodeProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three real nodes under load: SIGKILL of one and of all, SIGSTOP for twenty seconds, restarts in any order, a wiped
 * disk. The whole history is checked afterwards. {@code -Dseed=N} runs a given schedule again.
 */
class FaultSystemTest {
    private static final String POOL = "fault-main";
    private static final String SMALL_POOL = "fault-small";
    private static final Duration READY = Duration.ofSeconds(90);
    /** The promise: allocation goes on within this time when one node of three is unreachable. */
    private static final Duration RESUME = Duration.ofSeconds(5);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final PrintStream report = System.out;
    private final Map<String, List<Long>> gapMillis = new TreeMap<>();
    private Path dir;
    private DemoCluster cluster;
    private Workload load;
    private int faults;

    @Test
    void promises_holdUnderEveryFault() throws Exception {
        say("fault run, seed %d (run it again: -Dseed=%d)", seed, seed);
        dir = Files.createTempDirectory("nexus-fault");
        int basePort = FreePorts.base();
        cluster = new DemoCluster(3, dir, basePort, Path.of(System.getProperty("nexus.launcher")), Map.of());
        cluster.start();
        cluster.awaitReady(READY, text -> {});
        createPools();
        load = new Workload(cluster.servers(), POOL);
        load.start(POOL, 8, 60, seed);
        load.start(SMALL_POOL, 3, 8, seed + 1);
        letLoadRun(2000);

        killOwner();
        killRandom();
        killAll();
        pauseOwner();
        wipeOne();
        killRandom();
        restartInTurn();
        killAll();

        letLoadRun(2000);
        load.close();
        check();
        cluster.nodes().forEach(NodeProcess::kill);
        deleteTree(dir);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (load != null) {
            load.close();
        }
        if (cluster != null) {
            cluster.nodes().forEach(NodeProcess::kill);
        }
        if (dir != null && Files.exists(dir)) {
            say("data and logs of the failed run are in %s", dir);
        }
    }

    private void createPools() {
        try (NexusClient client = client()) {
            client.createPool(pool(POOL, "10.20.0.0/20")).join();
            client.createPool(pool(SMALL_POOL, "10.30.0.0/28")).join();
        }
    }

    private static CreatePoolRequest pool(String id, String cidr) {
        return CreatePoolRequest.newBuilder()
                .setSpec(PoolSpec.newBuilder().setId(id).setCidr(cidr))
                .build();
    }

    /* --------------- faults --------------- */

    private void killOwner() {
        NodeProcess owner = owner();
        kill("SIGKILL of the owner", owner);
    }

    private void killRandom() {
        kill("SIGKILL of a node", cluster.nodes().get(random.nextInt(3)));
    }

    private void kill(String fault, NodeProcess node) {
        begin(fault + " (" + node.name() + ")");
        node.kill();
        load.pauses().watch();
        resumed(fault, RESUME);
        letLoadRun(500 + random.nextInt(2500));
        node.start();
        cluster.awaitReady(node, READY);
        letLoadRun(1000);
    }

    private void killAll() {
        begin("SIGKILL of all nodes");
        cluster.nodes().forEach(NodeProcess::kill);
        load.pauses().watch();
        List<NodeProcess> order = new ArrayList<>(cluster.nodes());
        Collections.shuffle(order, random);
        for (NodeProcess node : order) {
            node.start();
            LockSupport.parkNanos(random.nextInt(1500) * 1_000_000L);
        }
        resumed("SIGKILL of all nodes", READY);
        cluster.awaitReady(READY, text -> {});
        letLoadRun(1500);
    }

    private void pauseOwner() {
        NodeProcess owner = owner();
        begin("SIGSTOP of the owner for 20 s (" + owner.name() + ")");
        try (LateRelease late = new LateRelease(owner.grpcAddress(), POOL)) {
            late.allocate();
            long at = System.nanoTime();
            owner.pause();
            load.pauses().watch();
            late.releaseIntoThePause();
            resumed("SIGSTOP of the owner", RESUME);
            letLoadRun(Math.max(0, 20_000 - (System.nanoTime() - at) / 1_000_000));
            owner.resume();
            readAtOnce(owner);
            cluster.awaitReady(owner, READY);
            letLoadRun(1500);
            assertThat(late.stillHeld(client()))
                    .as("a release that nobody waited for any more took no effect, seed %d", seed)
                    .isTrue();
        }
    }

    /** A leader that slept must not answer from its old state when it is asked for the owner's answer. */
    private void readAtOnce(NodeProcess sleeper) {
        String subscriber = "after-the-pause";
        try (NexusClient others = new NexusClient(
                        cluster.nodes().stream()
                                .filter(node -> node != sleeper)
                                .map(NodeProcess::grpcAddress)
                                .toList(),
                        Duration.ofSeconds(8));
                NexusClient old = new NexusClient(List.of(sleeper.grpcAddress()), Duration.ofSeconds(8))) {
            var given = others.allocate(AllocateRequest.newBuilder()
                            .setSubscriberId(subscriber)
                            .setPoolId(POOL)
                            .build())
                    .join();
            LookupResponse read = old.lookupBySubscriber(LookupRequest.newBuilder()
                            .setSubscriberId(subscriber)
                            .setPoolId(POOL)
                            .build())
                    .join();
            assertThat(read.getAllocationsList())
                    .as("what the node that slept says of %s, seed %d", subscriber, seed)
                    .extracting(Workload::address)
                    .containsExactly(Workload.address(given.getAllocation()));
        }
    }

    private void wipeOne() throws IOException {
        NodeProcess owner = owner();
        NodeProcess victim = cluster.nodes().stream()
                .filter(node -> node != owner)
                .skip(random.nextInt(2))
                .findFirst()
                .orElseThrow();
        begin("wiped disk (" + victim.name() + ")");
        victim.kill();
        load.pauses().watch();
        deleteTree(victim.dir().resolve("data"));
        resumed("wiped disk", RESUME);
        victim.start();
        cluster.awaitReady(victim, READY);
        assertThat(cluster.awaitLevel(Duration.ofSeconds(1)) || awaitSeats(victim))
                .as("the node with the new disk has its seats again, seed %d", seed)
                .isTrue();
        letLoadRun(1500);
    }

    /** True once the wiped node is a member again wherever it was one: only then may the next node fail. */
    private boolean awaitSeats(NodeProcess node) {
        long deadline = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() < deadline) {
            var status = DemoCluster.status(node);
            boolean seated = status.getSegmentsList().stream()
                    .allMatch(s -> s.getMembersList().contains(status.getNodeId())
                            && s.getCondition().equals("live")
                            && !s.getRole().equals("follower"));
            if (seated) {
                return true;
            }
            LockSupport.parkNanos(100_000_000);
        }
        return false;
    }

    private void restartInTurn() {
        begin("orderly restart of all, one after the other");
        List<NodeProcess> order = new ArrayList<>(cluster.nodes());
        Collections.shuffle(order, random);
        for (NodeProcess node : order) {
            load.pauses().watch();
            assertThat(node.stop())
                    .as("%s stops in time on SIGTERM", node.name())
                    .isTrue();
            node.start();
            cluster.awaitReady(node, READY);
            note("orderly restart", load.pauses().longestMillis(), RESUME);
        }
        letLoadRun(1000);
    }

    /* --------------- checks --------------- */

    private void check() {
        assertThat(cluster.awaitLevel(Duration.ofSeconds(60)))
                .as("all stores are equal in the end, seed %d", seed)
                .isTrue();
        Map<String, List<Op>> histories = load.histories();
        List<String> violations = new ArrayList<>(new HistoryChecker().check(histories));
        for (NodeProcess node : cluster.nodes()) {
            checkEnd(node, histories, violations);
        }
        say("%,d operations: %s", load.operations(), HistoryChecker.counts(histories));
        say("%d faults; longest time without an allocation (ms): %s", faults, gapMillis);
        say("violations: %d", violations.size());
        violations.stream().limit(20).forEach(violation -> say("  %s", violation));
        assertThat(violations).as("seed %d", seed).isEmpty();
        Map<String, Long> counts = HistoryChecker.counts(histories);
        assertThat(counts.getOrDefault("ALLOCATE OK", 0L))
                .as("not a vacuous run")
                .isGreaterThan(1000);
        assertThat(counts.getOrDefault("ALLOCATE REFUSED", 0L))
                .as("the small pool was full")
                .isPositive();
    }

    private static void checkEnd(NodeProcess node, Map<String, List<Op>> histories, List<String> violations) {
        try (NexusClient client = new NexusClient(List.of(node.grpcAddress()), Duration.ofSeconds(10))) {
            histories.forEach((subscriber, ops) -> {
                LookupResponse answer = client.lookupBySubscriber(LookupRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .build())
                        .join();
                Optional<String> address =
                        answer.getAllocationsList().stream().findFirst().map(Workload::address);
                Set<String> possible = HistoryChecker.possibleEnd(ops);
                if (!HistoryChecker.allows(possible, address.orElse(null))) {
                    violations.add("in the end " + node.name() + " says " + subscriber + " holds " + address
                            + ", possible: " + possible);
                }
            });
        }
    }

    /* --------------- means --------------- */

    private void begin(String fault) {
        faults++;
        say("%s", fault);
    }

    /** Waits for the first allocation that was asked for and acknowledged since the watch, and notes how long it took. */
    private void resumed(String fault, Duration limit) {
        long deadline = System.nanoTime() + READY.toNanos();
        while (load.pauses().firstMillis() == 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(5_000_000);
        }
        note(fault, load.pauses().firstMillis(), limit);
    }

    private void note(String fault, long millis, Duration limit) {
        say("  allocation went on after %d ms", millis);
        gapMillis.computeIfAbsent(fault, f -> new ArrayList<>()).add(millis);
        assertThat(Duration.ofMillis(millis))
                .as("time without an allocation after: %s, seed %d", fault, seed)
                .isPositive()
                .isLessThanOrEqualTo(limit);
    }

    /** Load goes on for a while: the length of a phase, not a way to wait for something. */
    private void letLoadRun(long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private NodeProcess owner() {
        try (NexusClient client = client()) {
            String ownerId = client.getPool(POOL).join().getOwner();
            return cluster.nodes().stream()
                    .filter(node -> DemoCluster.status(node).getNodeId().equals(ownerId))
                    .findFirst()
                    .orElseGet(() -> cluster.nodes().get(0));
        }
    }

    private NexusClient client() {
        return new NexusClient(cluster.servers(), Duration.ofSeconds(20));
    }

    private void say(String format, Object... args) {
        report.println("[fault] " + String.format(Locale.ROOT, format, args));
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
