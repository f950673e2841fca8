package io.nexus.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.client.NexusClient;
import io.nexus.api.client.NexusClientException;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.ConfirmRequest;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.ExplainRequest;
import io.nexus.api.v1.HoldPolicy;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReserveRequest;
import io.nexus.api.v1.Tenure;
import io.nexus.api.v1.UpdatePoolRequest;
import io.nexus.api.v1.WhoHadRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Offers, holds, reservations, history and changing pools over gRPC, through the client library. */
final class AddressLifeGrpcTest {
    private final LocalCluster cluster = new LocalCluster();
    private GrpcServer server;
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
                        new HistoryEndpoint(cluster.lookupService),
                        new PoolEndpoint(cluster.pools, cluster.lookupService)),
                cluster.meters);
        server.start();
        server.serving();
        client = new NexusClient(List.of("127.0.0.1:" + server.port()), Duration.ofSeconds(10));
        PoolSpec spec = PoolSpec.newBuilder()
                .setId("p")
                .setCidr("10.0.0.0/29")
                .setHoldPolicy(HoldPolicy.HOLD_POLICY_STRICT)
                .setHoldSeconds(600)
                .build();
        client.createPool(CreatePoolRequest.newBuilder().setSpec(spec).build()).join();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        cluster.close();
    }

    private static AllocateRequest.Builder of(String subscriber) {
        return AllocateRequest.newBuilder().setSubscriberId(subscriber).setPoolId("p");
    }

    private static void assertRefused(CompletableFuture<?> call, String reason) {
        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOfSatisfying(
                        NexusClientException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void offer_isConfirmed_released_andHeldForItsOwner() {
        AllocateResponse offered =
                client.offer(of("a").setGatewayId("bng-1").build()).join();
        assertThat(offered.getAllocation().getState()).isEqualTo("OFFERED");
        var confirmed = client.confirm(ConfirmRequest.newBuilder()
                        .setSubscriberId("a")
                        .setPoolId("p")
                        .setTtlSeconds(60)
                        .build())
                .join();
        assertThat(confirmed.getAllocation().getState()).isEqualTo("ACTIVE");
        assertThat(confirmed.getAllocation().getGatewayId()).isEqualTo("bng-1");
        cluster.passSeconds(10);
        client.release(ReleaseRequest.newBuilder()
                        .setSubscriberId("a")
                        .setPoolId("p")
                        .build())
                .join();
        assertRefused(client.allocate(of("b").setIp(offered.getIp()).build()), "ADDRESS_HELD");
        assertThat(client.explain(ExplainRequest.newBuilder()
                                .setIp(offered.getIp())
                                .build())
                        .join()
                        .getUnits(0)
                        .getState())
                .isEqualTo("HELD");
        List<Tenure> tenures = client.whoHad(WhoHadRequest.newBuilder()
                        .setIp(offered.getIp())
                        .setToMs(Long.MAX_VALUE)
                        .build())
                .join()
                .getTenuresList();
        assertThat(tenures).hasSize(1);
        assertThat(tenures.get(0).getReason()).isEqualTo("RELEASED");
        assertThat(tenures.get(0).getToMs() - tenures.get(0).getFromMs()).isEqualTo(10_000);
        assertThat(client.allocate(of("a").build()).join().getIp()).isEqualTo(offered.getIp());
    }

    @Test
    void declined_andReserved_areRefusedToOthers() {
        String bad = client.allocate(of("a").build()).join().getIp();
        client.decline(ReleaseRequest.newBuilder()
                        .setSubscriberId("a")
                        .setPoolId("p")
                        .build())
                .join();
        assertRefused(client.allocate(of("b").setIp(bad).build()), "ADDRESS_DECLINED");
        ReserveRequest reserve = ReserveRequest.newBuilder()
                .setPoolId("p")
                .setIp("10.0.0.6")
                .setSubscriberId("vip")
                .build();
        assertThat(client.reserve(reserve).join().getChanged()).isTrue();
        assertThat(client.listReservations("p").join().getReservations(0).getName())
                .isEqualTo("vip");
        assertRefused(client.allocate(of("b").setIp("10.0.0.6").build()), "ADDRESS_RESERVED");
        assertThat(client.unreserve("p", "10.0.0.6").join().getChanged()).isTrue();
        assertThat(client.allocate(of("b").setIp("10.0.0.6").build()).join().getIp())
                .isEqualTo("10.0.0.6");
    }

    @Test
    void update_changesTheNamedFieldsOnly() {
        UpdatePoolRequest update = UpdatePoolRequest.newBuilder()
                .setSpec(PoolSpec.newBuilder().setId("p").setCidr("10.0.0.0/28").setDraining(true))
                .addFields("cidr")
                .addFields("draining")
                .build();
        Pool changed = client.updatePool(update).join();
        assertThat(changed.getSpec().getCidr()).isEqualTo("10.0.0.0/28");
        assertThat(changed.getSpec().getHoldSeconds()).isEqualTo(600);
        assertThat(changed.getState()).isEqualTo("DRAINING");
        assertRefused(client.allocate(of("a").build()), "POOL_DRAINING");
        UpdatePoolRequest wrong = update.toBuilder().addFields("segment").build();
        assertRefused(client.updatePool(wrong), "INVALID_FIELD");
    }
}
