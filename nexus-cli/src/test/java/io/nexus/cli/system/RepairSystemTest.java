package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.NodeProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row changes on the disk of one node: the node finds out by itself, and has it right again a moment later. */
class RepairSystemTest {
    private static final String POOL = "damaged";
    private static final int SUBSCRIBERS = 200;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private DemoCluster cluster;

    @Test
    void rowThatChangedOnAFollowersDisk_isRepairedByRanges(@TempDir Path dir) throws Exception {
        Pool pool = start(dir, "1");
        NodeProcess victim = nodesThatAre("follower", pool.getSegment()).get(0);
        spoil(victim, pool);
        Awaitility.await("repaired").atMost(LIMIT).until(() -> counter(victim, "nexus_clset_repairs_total") == 1);
        assertThat(counter(victim, "nexus_clset_repaired_rows_total")).isEqualTo(1);
        assertThat(counter(victim, "nexus_clset_divergence_total")).isEqualTo(1);
        assertThat(counter(victim, "nexus_clset_catchup_bytes_total"))
                .as("nothing was fetched whole")
                .isZero();
        assertEverySubscriberIsKnownTo(victim);
    }

    @Test
    void rowThatChangedOnAMembersDisk_isPulledAnew(@TempDir Path dir) throws Exception {
        Pool pool = start(dir, "3");
        NodeProcess victim = cluster.nodes().get(1);
        spoil(victim, pool);
        Awaitility.await("pulled anew").atMost(LIMIT).until(() -> {
            allocate(SUBSCRIBERS); // the next entry of the log: a member is put right before it applies it
            return counter(victim, "nexus_clset_catchup_bytes_total") > 0;
        });
        assertThat(cluster.awaitLevel(LIMIT)).as("all copies are equal").isTrue();
        assertEverySubscriberIsKnownTo(victim);
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.nodes().forEach(NodeProcess::kill);
        }
    }

    private Pool start(Path dir, String members) throws Exception {
        cluster = new DemoCluster(
                3,
                dir,
                FreePorts.base(),
                Path.of(System.getProperty("nexus.launcher")),
                Map.of("NEXUS_REPLICATION", members, "NEXUS_SCRUB_INTERVAL", "13s"));
        cluster.start();
        cluster.awaitReady(LIMIT, text -> {});
        try (NexusClient client = client(cluster.servers())) {
            Pool pool = client.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder().setId(POOL).setCidr("10.41.0.0/20"))
                            .build())
                    .join();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                allocate(client, i);
            }
            assertThat(cluster.awaitLevel(LIMIT)).as("all copies are equal").isTrue();
            return pool;
        }
    }

    private void spoil(NodeProcess node, Pool pool) throws Exception {
        assertThat(node.stop()).as("orderly stop").isTrue();
        StoreDamage.spoilAllocation(node.dir().resolve("data").resolve("store"), pool.getSegment());
        node.start();
        cluster.awaitReady(node, LIMIT);
    }

    private void allocate(int number) {
        try (NexusClient client = client(cluster.servers())) {
            allocate(client, number);
        }
    }

    private static void allocate(NexusClient client, int number) {
        client.allocate(AllocateRequest.newBuilder()
                        .setSubscriberId("s-" + number)
                        .setPoolId(POOL)
                        .build())
                .join();
    }

    private static void assertEverySubscriberIsKnownTo(NodeProcess node) {
        try (NexusClient client = client(List.of(node.grpcAddress()))) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                String subscriber = "s-" + i;
                assertThat(client.lookupBySubscriber(LookupRequest.newBuilder()
                                        .setSubscriberId(subscriber)
                                        .build())
                                .join()
                                .getAllocationsList())
                        .as("holdings of %s", subscriber)
                        .extracting(Allocation::getSubscriberId)
                        .containsExactly(subscriber);
            }
        }
    }

    private List<NodeProcess> nodesThatAre(String role, int segment) {
        return cluster.nodes().stream()
                .filter(node -> DemoCluster.status(node).getSegmentsList().stream()
                        .filter(status -> status.getSegment() == segment)
                        .map(SegmentStatus::getRole)
                        .anyMatch(role::equals))
                .toList();
    }

    private static double counter(NodeProcess node, String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + node.httpAddress() + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        String text = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    private static NexusClient client(List<String> servers) {
        return new NexusClient(servers, Duration.ofSeconds(20));
    }
}
