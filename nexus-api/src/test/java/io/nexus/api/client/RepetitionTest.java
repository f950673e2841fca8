package io.nexus.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.grpc.AllocationEndpoint;
import io.nexus.api.grpc.ClusterEndpoint;
import io.nexus.api.grpc.GrpcServer;
import io.nexus.api.grpc.PoolEndpoint;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.local.Wire;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.statemachine.command.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer that is lost on its way, with real services: the repetition gets it, and nothing happens twice. */
final class RepetitionTest {
    private final LocalCluster cluster = new LocalCluster();
    private GrpcServer server;
    private Wire wire;
    private NexusClient client;

    @BeforeEach
    void start() throws IOException {
        server = new GrpcServer(
                new GrpcServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        1_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60)),
                List.of(
                        new AllocationEndpoint(cluster.allocations, cluster.lookupService),
                        new PoolEndpoint(cluster.pools, cluster.lookupService),
                        new ClusterEndpoint(cluster.cluster)),
                cluster.meters);
        server.start();
        wire = new Wire(server.port());
        client = new NexusClient(List.of(wire.address()), Duration.ofSeconds(20));
        client.createPool(CreatePoolRequest.newBuilder()
                        .setSpec(PoolSpec.newBuilder().setId("p").setCidr("10.0.0.0/24"))
                        .build())
                .join();
    }

    @AfterEach
    void stop() {
        client.close();
        wire.close();
        server.close();
        cluster.close();
    }

    /** Makes the call, cuts the wire while the cluster is deciding, and mends it when that is done. */
    private <R> R withItsFirstAnswerLost(java.util.function.Supplier<CompletableFuture<R>> call, Class<?> command) {
        cluster.router.drainSubmitted();
        CountDownLatch decide = new CountDownLatch(1);
        cluster.router.hold(decide);
        CompletableFuture<R> answer = call.get();
        Awaitility.await("the cluster has it")
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> cluster.router.drainSubmitted().stream().anyMatch(command::isInstance));
        wire.cut();
        decide.countDown();
        Awaitility.await("the client has noticed")
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> client.stats().nodes().get(0).failures() > 0);
        wire.mend();
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void allocate_whoseAnswerIsLost_isAnsweredAsTheFirst() {
        AllocateRequest walter = AllocateRequest.newBuilder()
                .setSubscriberId("walter")
                .setPoolId("p")
                .build();
        AllocateResponse given = withItsFirstAnswerLost(() -> client.allocate(walter), Command.Allocate.class);
        assertThat(given.getCreated())
                .as("a repetition without its id would say false")
                .isTrue();
        assertThat(client.stats().calls().retries()).isPositive();
        AllocateResponse again = client.allocate(walter).join();
        assertThat(again.getCreated()).isFalse();
        assertThat(again.getAllocation().getGeneration())
                .isEqualTo(given.getAllocation().getGeneration());
    }

    @Test
    void release_whoseAnswerIsLost_isAnsweredAsTheFirst() {
        client.allocate(AllocateRequest.newBuilder()
                        .setSubscriberId("walter")
                        .setPoolId("p")
                        .build())
                .join();
        ReleaseRequest release = ReleaseRequest.newBuilder()
                .setSubscriberId("walter")
                .setPoolId("p")
                .build();
        ReleaseResponse released = withItsFirstAnswerLost(() -> client.release(release), Command.Release.class);
        assertThat(released.getReleasedList())
                .as("and not: there is nothing to release")
                .hasSize(1);
        assertThat(Outcome.of(client.release(release)).join().toString()).contains("NO_SUCH_ALLOCATION");
    }
}
