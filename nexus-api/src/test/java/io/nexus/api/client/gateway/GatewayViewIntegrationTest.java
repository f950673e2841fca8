package io.nexus.api.client.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.client.ClientSettings;
import io.nexus.api.client.NexusClient;
import io.nexus.api.client.Outcome;
import io.nexus.api.client.ReadAt;
import io.nexus.api.local.LocalNodes;
import io.nexus.api.local.Wire;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.RenewRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rows of the table in {@code docs/GATEWAY.md}, each made to happen with three real nodes and a gateway whose wires to
 * them can be cut.
 */
final class GatewayViewIntegrationTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int PATIENCE_SECONDS = 60;
    private static final String POOL = "homes";
    private static final long TTL = 3_600;

    @TempDir
    static Path dir;

    private static LocalNodes nodes;
    private static int lives;

    private final List<Wire> wires = new ArrayList<>();
    private NexusClient client;
    private Gateway gateway;
    private String life;

    @BeforeAll
    static void startNodes() {
        nodes = new LocalNodes(3, dir);
        try (NexusClient direct = direct()) {
            direct.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder()
                                    .setId(POOL)
                                    .setCidr("100.64.0.0/16")
                                    .setDefaultTtlSeconds(TTL))
                            .build())
                    .join();
        }
    }

    @AfterAll
    static void stopNodes() {
        nodes.close();
        assertThat(nodes.fatalities()).isEmpty();
    }

    @BeforeEach
    void connect() {
        life = "life-" + lives++ + "-";
        IntStream.range(0, 3).forEach(node -> wires.add(new Wire(nodes.grpcPort(node))));
        client = new NexusClient(
                ClientSettings.of(wires.stream().map(Wire::address).toList(), TIMEOUT)
                        .withoutLearningNodes());
        gateway = new Gateway(
                client, GatewaySettings.of(List.of(POOL)).withQueueMax(5).withRetryEvery(Duration.ofMillis(200)));
        await("the cache is filled", gateway::isCurrent);
    }

    @AfterEach
    void disconnect() {
        gateway.close();
        client.close();
        wires.forEach(Wire::close);
    }

    /* --------------- the rows --------------- */

    @Test
    void renewalOfWhatIsCached_worksWithoutTheCluster_andSaysHowOldItIs() {
        Allocation had = allocated(life + "walter");
        Holder walter = Holder.of(life + "walter", POOL);
        await("its age is known", () -> gateway.find(walter).orElseThrow().ageMillis() >= 0);
        allCut();
        await("the gateway noticed", () -> !gateway.find(walter).orElseThrow().connected());

        Cached cached = gateway.find(walter).orElseThrow();
        assertThat(cached.allocation().getIp()).isEqualTo(had.getIp());
        assertThat(cached.left()).isBetween(Duration.ofSeconds(TTL - 120), Duration.ofSeconds(TTL));
        long age = cached.ageMillis();
        await("it grows older", () -> gateway.find(walter).orElseThrow().ageMillis() > age);
        assertThat(gateway.findByAddress(POOL, had.getIp()).orElseThrow().allocation())
                .isEqualTo(cached.allocation());

        Reply again = reply(gateway.allocate(allocate(life + "walter")));
        assertThat(((Reply.FromCache) again).cached().allocation()).isEqualTo(cached.allocation());
    }

    @Test
    void newAllocation_withAReachableOwner_works() {
        int owner = owner();
        IntStream.range(0, 3)
                .filter(node -> node != owner)
                .forEach(node -> wires.get(node).cut());
        assertThat(reply(gateway.allocate(allocate(life + "new")))).isInstanceOf(Reply.Done.class);
    }

    @Test
    void newAllocation_withTheOwnerOutOfReach_butNotOfTheOthers_works() {
        wires.get(owner()).cut();
        assertThat(reply(gateway.allocate(allocate(life + "new")))).isInstanceOf(Reply.Done.class);
    }

    @Test
    void newAllocation_withNobodyInReach_isQueued_inOrder_andDoneWhenTheClusterIsBack() {
        Allocation old = allocated(life + "mover");
        allCut();
        Reply released = reply(gateway.release(ReleaseRequest.newBuilder()
                .setSubscriberId(life + "mover")
                .setPoolId(POOL)
                .build()));
        Reply anew = reply(gateway.allocate(allocate(life + "mover")));
        Reply fresh = reply(gateway.allocate(allocate(life + "new")));
        assertThat(List.of(released, anew, fresh)).allMatch(Reply.Queued.class::isInstance);
        for (int i = 0; i < 2; i++) {
            assertThat(reply(gateway.allocate(allocate(life + "more-" + i)))).isInstanceOf(Reply.Queued.class);
        }
        Reply tooMany = reply(gateway.allocate(allocate(life + "too-many")));
        assertThat(((Reply.Refused) tooMany).reason()).isEqualTo(Reply.QUEUE_FULL);
        assertThat(gateway.stats().queued()).isEqualTo(5);

        wires.forEach(Wire::mend);
        assertThat(later(released)).extracting(Allocation::getGeneration).containsExactly(old.getGeneration());
        Allocation now = later(anew).get(0);
        assertThat(now.getGeneration()).as("given after the release").isGreaterThan(old.getGeneration());
        assertThat(later(fresh)).hasSize(1);
        await("nothing waits any more", () -> gateway.stats().queued() == 0);
        assertThat(held(life + "mover")).containsExactly(now.getIp());
    }

    @Test
    void withoutAMajority_allocationsAreQueued_lookupsGoOn_andAllIsDoneAfterwards() {
        Allocation had = allocated(life + "walter");
        int left = 0;
        await("the node that will be left has it", () -> nodes.level());
        nodes.stop(List.of(1, 2));
        Reply queued = reply(gateway.allocate(allocate(life + "new")));
        assertThat(queued).isInstanceOf(Reply.Queued.class);
        LookupResponse found =
                client.lookupBySubscriber(life + "walter", ReadAt.LOCAL).join();
        assertThat(found.getAllocations(0).getIp()).isEqualTo(had.getIp());
        assertThat(nodes.served(left, "nexus.v1.AllocationService/LookupBySubscriber"))
                .as("by the node that is left")
                .isPositive();

        nodes.start(1);
        nodes.start(2);
        nodes.awaitReady();
        assertThat(held(life + "new")).containsExactly(later(queued).get(0).getIp());
    }

    @Test
    void keptLeases_areRenewedByThemselves_andEndWithTheirRelease() {
        Holder holder = Holder.of(life + "kept", POOL);
        reply(gateway.allocate(
                allocate(life + "kept").toBuilder().setTtlSeconds(8).build()));
        long end = gateway.find(holder).orElseThrow().allocation().getExpiresAt();
        gateway.keep(holder, 8);
        await(
                "it was renewed",
                () -> gateway.find(holder)
                        .filter(cached -> cached.allocation().getExpiresAt() > end)
                        .isPresent());
        reply(gateway.release(ReleaseRequest.newBuilder()
                .setSubscriberId(life + "kept")
                .setPoolId(POOL)
                .build()));
        assertThat(gateway.find(holder)).isEmpty();
        assertThat(gateway.stats().kept()).isZero();
    }

    @Test
    void changesByOthers_reachTheCache() {
        Holder holder = Holder.of(life + "walter", POOL);
        try (NexusClient other = direct()) {
            Allocation given = other.allocate(allocate(life + "walter")).join().getAllocation();
            await("the gateway heard of it", () -> gateway.find(holder).isPresent());
            other.renew(RenewRequest.newBuilder()
                            .setSubscriberId(life + "walter")
                            .setPoolId(POOL)
                            .setTtlSeconds(2 * TTL)
                            .build())
                    .join();
            await(
                    "and of its renewal",
                    () -> gateway.find(holder).orElseThrow().left().compareTo(Duration.ofSeconds(TTL)) > 0);
            other.release(ReleaseRequest.newBuilder()
                            .setSubscriberId(life + "walter")
                            .setPoolId(POOL)
                            .setGeneration(given.getGeneration())
                            .build())
                    .join();
            await("and of its end", () -> gateway.find(holder).isEmpty());
        }
    }

    /* --------------- steps --------------- */

    private static NexusClient direct() {
        return new NexusClient(ClientSettings.of(nodes.grpcAddresses(), Duration.ofSeconds(20)));
    }

    private void allCut() {
        wires.forEach(Wire::cut);
    }

    private Allocation allocated(String subscriber) {
        Reply reply = reply(gateway.allocate(allocate(subscriber)));
        assertThat(reply).isInstanceOf(Reply.Done.class);
        return ((Reply.Done) reply).allocations().get(0);
    }

    private static AllocateRequest allocate(String subscriber) {
        return AllocateRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(POOL)
                .build();
    }

    private static Reply reply(java.util.concurrent.CompletableFuture<Reply> reply) {
        return reply.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private static List<Allocation> later(Reply reply) {
        Outcome<List<Allocation>> outcome = ((Reply.Queued) reply)
                .outcome()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        return outcome.value();
    }

    private static List<String> held(String subscriber) {
        try (NexusClient direct = direct()) {
            return direct.lookupBySubscriber(subscriber, ReadAt.OWNER).join().getAllocationsList().stream()
                    .map(Allocation::getIp)
                    .toList();
        }
    }

    private static int owner() {
        try (NexusClient direct = direct()) {
            String owner = direct.getPool(POOL).join().getOwner();
            String address = direct.status().join().getNodesList().stream()
                    .filter(node -> node.getNodeId().equals(owner))
                    .findFirst()
                    .orElseThrow()
                    .getGrpcAddr();
            return nodes.grpcAddresses().indexOf(address);
        }
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(condition);
    }
}
