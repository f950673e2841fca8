package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More nodes than members: three nodes with one member for each segment, so that two of three follow by the feed. */
class FollowerSystemTest {
    private static final String POOL = "followed";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private DemoCluster cluster;

    @Test
    void followers_answerAndCatchUp(@TempDir Path dir) throws Exception {
        cluster = new DemoCluster(
                3,
                dir,
                FreePorts.base(),
                Path.of(System.getProperty("nexus.launcher")),
                Map.of("NEXUS_REPLICATION", "1"));
        cluster.start();
        cluster.awaitReady(LIMIT, text -> {});
        Pool pool;
        try (NexusClient client = client(cluster.servers())) {
            pool = client.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder().setId(POOL).setCidr("10.40.0.0/20"))
                            .build())
                    .join();
            allocateAndReadEverywhere(client, 0, 100);
        }
        List<NodeProcess> followers = cluster.nodes().stream()
                .filter(node -> role(node, pool.getSegment()).equals("follower"))
                .toList();
        assertThat(followers).as("nodes that follow the pool's segment").hasSize(2);

        NodeProcess away = followers.get(0);
        away.kill();
        try (NexusClient client = client(List.of(followers.get(1).grpcAddress()))) {
            for (int i = 100; i < 300; i++) {
                allocate(client, i);
            }
        }
        away.start();
        cluster.awaitReady(away, LIMIT);
        assertThat(cluster.awaitLevel(LIMIT)).as("all copies are equal").isTrue();
        for (int i = 0; i < 300; i++) {
            assertThat(lookup(away, i, "").getAllocationsList())
                    .as("subscriber %d on the node that was away", i)
                    .hasSize(1);
        }
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.nodes().forEach(NodeProcess::kill);
        }
    }

    private void allocateAndReadEverywhere(NexusClient client, int from, int to) {
        for (int i = from; i < to; i++) {
            AllocateResponse given = allocate(client, i);
            for (NodeProcess node : cluster.nodes()) {
                assertThat(lookup(node, i, given.getToken()).getAllocationsList())
                        .as("read at least this write on %s", node.name())
                        .extracting(Allocation::getIp)
                        .containsExactly(given.getIp());
            }
        }
    }

    private static AllocateResponse allocate(NexusClient client, int number) {
        return client.allocate(AllocateRequest.newBuilder()
                        .setSubscriberId("s-" + number)
                        .setPoolId(POOL)
                        .build())
                .join();
    }

    private static LookupResponse lookup(NodeProcess node, int number, String token) {
        try (NexusClient client = client(List.of(node.grpcAddress()))) {
            return client.lookupBySubscriber(LookupRequest.newBuilder()
                            .setSubscriberId("s-" + number)
                            .setConsistency(Consistency.newBuilder().setToken(token))
                            .build())
                    .join();
        }
    }

    private static String role(NodeProcess node, int segment) {
        return DemoCluster.status(node).getSegmentsList().stream()
                .filter(status -> status.getSegment() == segment)
                .map(SegmentStatus::getRole)
                .findFirst()
                .orElseThrow();
    }

    private static NexusClient client(List<String> servers) {
        return new NexusClient(servers, Duration.ofSeconds(20));
    }
}
