package io.nexus.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.NexusClient;
import io.nexus.api.config.ConfigLoader;
import io.nexus.api.node.NexusNode;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.workload.Plan;
import io.nexus.cli.bench.workload.Watching;
import io.nexus.cli.bench.workload.Workloads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small runs of the workloads against a real node in this JVM. */
class BenchRunTest {
    private static final int SUBSCRIBERS = 40;

    @TempDir
    static Path dir;

    private static NexusNode node;
    private static String server;

    private static final Watching NOBODY = new Watching() {
        @Override
        public void step(String what) {}

        @Override
        public void tick(String what, LoadResult.Tick tick, long done, long failed) {}
    };

    @BeforeAll
    static void start() throws IOException {
        List<Integer> ports = freePorts();
        server = "127.0.0.1:" + ports.get(0);
        ConfigLoader.Loaded loaded = ConfigLoader.load(
                null,
                Map.of(
                        "NEXUS_PEER_ID",
                        "n1",
                        "NEXUS_DATA_DIR",
                        dir.toString(),
                        "NEXUS_GRPC_ADDR",
                        server,
                        "NEXUS_HTTP_ADDR",
                        "127.0.0.1:" + ports.get(1),
                        "NEXUS_PEER_ADDR",
                        "127.0.0.1:" + ports.get(2),
                        "NEXUS_RAFT_ADDR",
                        "127.0.0.1:" + ports.get(3)),
                "127.0.0.1");
        assertThat(loaded.errors()).isEmpty();
        node = new NexusNode(loaded.config(), "test", "127.0.0.1", (what, cause) -> {
            throw new AssertionError(what, cause);
        });
        node.start();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(node::ready);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private static Plan plan(Pace pace, long count, int pools) {
        return new Plan(
                "any",
                pace,
                Duration.ofSeconds(60),
                Duration.ZERO,
                count,
                pools,
                SUBSCRIBERS,
                Duration.ofSeconds(20),
                "");
    }

    private static BenchReport run(Workloads workload, Plan plan) throws InterruptedException {
        return new BenchRun(workload, plan, List.of(server), 1, false, true).run(NOBODY, null);
    }

    @ParameterizedTest
    @EnumSource(names = {"ALLOCATE", "RENEW", "CHURN", "LOOKUP", "MIXED", "STORM"})
    void workload_isAnsweredVerifiedAndCleanedUpAfter(Workloads workload) throws InterruptedException {
        BenchReport report = run(workload, plan(new Pace.Closed(8), 60, 2));
        assertThat(report.phases()).isNotEmpty().allSatisfy(phase -> {
            assertThat(phase.result().succeeded()).isPositive();
            assertThat(phase.result().failures()).as(phase.name()).isEmpty();
        });
        assertThat(report.verdict().answers()).isPositive();
        assertThat(report.verdict().first()).isEmpty();
        assertThat(report.notes()).isEmpty();
        assertThat(pools()).isEmpty();
        assertThat(report.phases().get(0).cpuSeconds()).containsKeys("n1", "client");
    }

    @Test
    void sync_seesEveryFollowedWrite() throws InterruptedException {
        BenchReport report = run(Workloads.SYNC, plan(new Pace.Open(50, 64), 50, 1));
        assertThat(report.visibility()).singleElement().satisfies(row -> {
            assertThat(row.role()).isEqualTo("owner");
            assertThat(row.samples()).isEqualTo(25);
            assertThat(row.missing()).isZero();
        });
    }

    @Test
    void nearlyFull_measuresEachLevelAndTheRefusals() throws InterruptedException {
        BenchReport report = run(Workloads.NEARLY_FULL, plan(new Pace.Closed(8), 60, 1));
        assertThat(report.phases())
                .extracting(BenchReport.Phase::name)
                .containsExactly("10.0 % full", "50.0 % full", "90.0 % full", "99.0 % full", "99.9 % full", "full");
        assertThat(report.phases().get(5).result().succeeded()).isEqualTo(60);
        assertThat(report.verdict().first()).isEmpty();
    }

    private static List<String> pools() {
        try (NexusClient client = new NexusClient(List.of(server), Duration.ofSeconds(10))) {
            return client.listPools("").join().getPoolsList().stream()
                    .map(pool -> pool.getSpec().getId())
                    .toList();
        }
    }
}
