package io.nexus.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.local.LocalNodes;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where calls go with three real nodes, counted by the nodes themselves. */
final class RingRoutingIntegrationTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String ALLOCATE = "nexus.v1.AllocationService/Allocate";
    private static final int CALLS = 60;

    @TempDir
    static Path dir;

    private static LocalNodes nodes;

    @BeforeAll
    static void start() {
        nodes = new LocalNodes(3, dir);
    }

    @AfterAll
    static void stop() {
        nodes.close();
        assertThat(nodes.fatalities()).isEmpty();
    }

    @Test
    void writes_goToTheOwner_whateverNodeWasNamed_andFallBackWhenItIsGone() {
        try (NexusClient client = new NexusClient(ClientSettings.of(List.of(nodes.grpcAddress(0)), TIMEOUT))) {
            Pool pool = pool(client, "homes", "100.64.0.0/16");
            int owner = meetAll(client, "homes");
            assertThat(nodeOf(client, pool.getOwner())).isEqualTo(owner);

            List<Long> before = served();
            long direct = client.stats().calls().direct();
            for (int i = 0; i < CALLS; i++) {
                allocate(client, "homes", "direct-" + i);
            }
            assertThat(client.stats().calls().direct() - direct).isEqualTo(CALLS);
            assertThat(served().get(owner) - before.get(owner))
                    .as("calls at the owner")
                    .isEqualTo(CALLS);
            assertThat(total(served()) - total(before)).as("and nowhere else").isEqualTo(CALLS);

            nodes.stop(owner);
            AllocateResponse given = allocate(client, "homes", "after-the-stop");
            assertThat(given.getCreated()).isTrue();
            Awaitility.await("the new owner is known")
                    .atMost(TIMEOUT)
                    .until(() ->
                            !client.getPool("homes").join().getOwner().isEmpty() && direct(client, "homes", "later"));
            nodes.start(owner);
            nodes.awaitReady();
        }
    }

    @Test
    void fixedNodes_areTheOnlyOnesAsked() {
        try (NexusClient client = new NexusClient(List.of(nodes.grpcAddress(1)), TIMEOUT)) {
            pool(client, "fixed", "100.65.0.0/16");
            List<Long> before = served();
            for (int i = 0; i < 10; i++) {
                allocate(client, "fixed", "s" + i);
            }
            assertThat(served().get(1) - before.get(1)).isEqualTo(10);
            assertThat(total(served()) - total(before)).isEqualTo(10);
            assertThat(client.stats().nodes()).hasSize(1);
            assertThat(client.stats().calls().direct()).isZero();
        }
    }

    @Test
    void session_readsItsWritesOnEveryNode() {
        try (NexusClient client = new NexusClient(ClientSettings.of(nodes.grpcAddresses(), TIMEOUT))) {
            pool(client, "session", "100.66.0.0/16");
            NexusSession session = client.session();
            for (int i = 0; i < 40; i++) {
                String subscriber = "s" + i;
                String ip =
                        session.allocate(request("session", subscriber)).join().getIp();
                assertThat(session.lookupBySubscriber(subscriber)
                                .join()
                                .getAllocations(0)
                                .getIp())
                        .isEqualTo(ip);
                session.release(ReleaseRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .setPoolId("session")
                                .build())
                        .join();
                assertThat(session.lookupByIp(ip).join().getFound()).isFalse();
            }
        }
    }

    /* --------------- steps --------------- */

    /** Calls until the client knows all nodes and the pool's owner; answers the owner's number. */
    private static int meetAll(NexusClient client, String pool) {
        Awaitility.await("all nodes and the owner are known")
                .atMost(TIMEOUT)
                .until(() -> direct(client, pool, "first")
                        && client.stats().nodes().size() == 3
                        && client.stats().nodes().stream()
                                .noneMatch(node -> node.nodeId().isEmpty()));
        return nodeOf(client, client.getPool(pool).join().getOwner());
    }

    private static boolean direct(NexusClient client, String pool, String subscriber) {
        long direct = client.stats().calls().direct();
        allocate(client, pool, subscriber);
        return client.stats().calls().direct() > direct;
    }

    private static int nodeOf(NexusClient client, String nodeId) {
        String address = client.stats().nodes().stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .findFirst()
                .orElseThrow()
                .address();
        return nodes.grpcAddresses().indexOf(address);
    }

    private static Pool pool(NexusClient client, String id, String cidr) {
        return client.createPool(CreatePoolRequest.newBuilder()
                        .setSpec(PoolSpec.newBuilder().setId(id).setCidr(cidr))
                        .build())
                .join();
    }

    private static AllocateResponse allocate(NexusClient client, String pool, String subscriber) {
        return client.allocate(request(pool, subscriber)).join();
    }

    private static AllocateRequest request(String pool, String subscriber) {
        return AllocateRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .build();
    }

    private static List<Long> served() {
        return IntStream.range(0, 3)
                .mapToObj(node -> nodes.served(node, ALLOCATE))
                .toList();
    }

    private static long total(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
