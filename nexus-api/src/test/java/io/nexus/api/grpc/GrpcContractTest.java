package io.nexus.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.metrics.PrometheusText;
import io.nexus.api.v1.AllocType;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.AllocationServiceGrpc.AllocationServiceBlockingStub;
import io.nexus.api.v1.ClusterServiceGrpc;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.DeletePoolRequest;
import io.nexus.api.v1.HashringRequest;
import io.nexus.api.v1.JoinRequest;
import io.nexus.api.v1.ListPoolsRequest;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolServiceGrpc;
import io.nexus.api.v1.PoolServiceGrpc.PoolServiceBlockingStub;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.StatusRequest;
import io.nexus.api.v1.StatusResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller of the gRPC API meets, over a real connection. */
final class GrpcContractTest {
    private static final io.grpc.Metadata.Key<String> NOTE =
            io.grpc.Metadata.Key.of("x-note", io.grpc.Metadata.ASCII_STRING_MARSHALLER);

    private final LocalCluster cluster = new LocalCluster();
    private GrpcServer server;
    private ManagedChannel channel;
    private AllocationServiceBlockingStub allocations;
    private PoolServiceBlockingStub pools;

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
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .directExecutor()
                .build();
        allocations = AllocationServiceGrpc.newBlockingStub(channel);
        pools = PoolServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        server.close();
        cluster.close();
    }

    @Test
    void allocation_livesThroughItsCalls() {
        Pool pool = createPool(PoolSpec.newBuilder()
                .setId("v4")
                .setCidr("100.64.0.0/24")
                .setGateway("100.64.0.1")
                .addDns("9.9.9.9")
                .setDefaultTtlSeconds(3_600));
        assertThat(pool.getSize()).isEqualTo(253);
        assertThat(pool.getState()).isEqualTo("ACTIVE");
        assertThat(pool.getOwner()).isEqualTo(LocalCluster.NODE);

        AllocateResponse given = allocations.allocate(AllocateRequest.newBuilder()
                .setSubscriberId("union-street")
                .setPoolId("v4")
                .setMac("AA:bb:cc:00:11:22")
                .build());
        assertThat(given.getIp()).startsWith("100.64.0.");
        assertThat(given.getPrefixLength()).isEqualTo(32);
        assertThat(given.getExpiresAt()).isEqualTo(cluster.clockMillis.get() / 1_000 + 3_600);
        assertThat(given.getCreated()).isTrue();
        assertThat(given.getToken()).hasSize(19);
        Allocation allocation = given.getAllocation();
        assertThat(allocation.getAllocType()).isEqualTo(AllocType.ALLOC_TYPE_SESSION);
        assertThat(allocation.getMac()).isEqualTo("aa:bb:cc:00:11:22");
        assertThat(allocation.getGateway()).isEqualTo("100.64.0.1");
        assertThat(allocation.getDnsList()).containsExactly("9.9.9.9");
        assertThat(allocation.getGeneration()).isOdd();

        cluster.passSeconds(60);
        long renewed = allocations
                .renew(RenewRequest.newBuilder()
                        .setSubscriberId("union-street")
                        .setPoolId("v4")
                        .build())
                .getAllocation()
                .getExpiresAt();
        assertThat(renewed).isEqualTo(given.getExpiresAt() + 60);

        LookupResponse byIp = allocations.lookupByIP(
                LookupByIPRequest.newBuilder().setIp(given.getIp()).build());
        assertThat(byIp.getFound()).isTrue();
        assertThat(byIp.getAllocations(0).getSubscriberId()).isEqualTo("union-street");
        assertThat(byIp.getAnsweredBy()).isEqualTo(LocalCluster.NODE);
        assertThat(byIp.getAsOfCount()).isEqualTo(LocalCluster.SEGMENTS);

        assertThat(allocations
                        .release(ReleaseRequest.newBuilder()
                                .setSubscriberId("union-street")
                                .setPoolId("v4")
                                .build())
                        .getReleasedList())
                .hasSize(1);
        assertThat(lookup("union-street").getFound())
                .as("nothing there is an answer")
                .isFalse();
    }

    @Test
    void ipv6_isIdentifiedByDuidAndIaid() {
        createPool(PoolSpec.newBuilder().setId("v6").setCidr("2001:db8::/32").setPrefixLength(56));
        AllocateRequest first = AllocateRequest.newBuilder()
                .setSubscriberId("s")
                .setPoolId("v6")
                .setDuid("00010203")
                .setIaid(-1)
                .build();
        AllocateResponse one = allocations.allocate(first);
        AllocateResponse other =
                allocations.allocate(first.toBuilder().setIaid(7).build());
        assertThat(one.getPrefixLength()).isEqualTo(56);
        assertThat(other.getIp()).isNotEqualTo(one.getIp());
        assertThat(allocations.allocate(first).getIp()).isEqualTo(one.getIp());
        LookupResponse inside = allocations.lookupByIP(
                LookupByIPRequest.newBuilder().setIp(one.getIp() + "1234").build());
        assertThat(inside.getFound()).as("the prefix that contains the address").isTrue();
        assertThat(inside.getAllocations(0).getIaid()).isEqualTo(-1);
    }

    @Test
    void pools_areListedAndDeleted() {
        createPool(PoolSpec.newBuilder().setId("a").setCidr("10.0.0.0/24"));
        createPool(PoolSpec.newBuilder().setId("b").setCidr("10.1.0.0/24").setSpace("vrf"));
        assertThat(pools.listPools(ListPoolsRequest.getDefaultInstance()).getPoolsList())
                .extracting(pool -> pool.getSpec().getId())
                .containsExactly("a", "b");
        pools.deletePool(DeletePoolRequest.newBuilder().setId("a").build());
        assertReason(
                Status.Code.NOT_FOUND,
                "NO_SUCH_POOL",
                () -> pools.deletePool(DeletePoolRequest.newBuilder().setId("a").build()));
        assertReason(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_FIELD",
                () -> pools.listPools(
                        ListPoolsRequest.newBuilder().setSpace("a b").build()));
    }

    @Test
    void errors_carryReasonAndField() throws Exception {
        createPool(PoolSpec.newBuilder().setId("p").setCidr("10.0.0.0/30"));
        ErrorInfo bad = assertReason(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD", () -> allocate("", "p"));
        assertThat(bad.getMetadataMap()).containsEntry("field", "subscriber_id");
        assertReason(Status.Code.NOT_FOUND, "NO_SUCH_POOL", () -> allocate("a", "nowhere"));
        allocate("a", "p");
        assertReason(Status.Code.RESOURCE_EXHAUSTED, "POOL_EXHAUSTED", () -> allocate("b", "p"));
        assertReason(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_FIELD",
                () -> allocations.allocate(AllocateRequest.newBuilder()
                        .setSubscriberId("a")
                        .setPoolId("p")
                        .setAllocTypeValue(99)
                        .build()));
        assertReason(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_FIELD",
                () -> allocations.lookupBySubscriber(LookupRequest.newBuilder()
                        .setSubscriberId("a")
                        .setConsistency(Consistency.newBuilder().setToken("nonsense"))
                        .build()));
    }

    @Test
    void noLeader_saysWhenToTryAgain() throws Exception {
        createPool(PoolSpec.newBuilder().setId("p").setCidr("10.0.0.0/24"));
        LocalCluster.segments().forEach(segment -> cluster.router.leaderless(segment, true));
        StatusRuntimeException error = error(() -> allocate("a", "p"));
        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(detail(error, RetryInfo.class).getRetryDelay().getSeconds()).isPositive();
        assertReason(Status.Code.UNAVAILABLE, "OWNER_UNREACHABLE", () -> lookup("a"));
    }

    @Test
    void tooLargeMessage_isRefusedClearly() {
        StatusRuntimeException error = error(() -> allocate("x".repeat(70_000), "p"));
        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(error.getStatus().getDescription()).contains("65536");
        assertThat(lookup("still-works").getFound()).isFalse();
    }

    @Test
    void tooLargeMetadata_isRefused() {
        io.grpc.Metadata headers = new io.grpc.Metadata();
        headers.put(NOTE, "x".repeat(9_000));
        AllocationServiceBlockingStub stub =
                allocations.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThat(error(() -> stub.lookupBySubscriber(
                                LookupRequest.newBuilder().setSubscriberId("a").build()))
                        .getStatus()
                        .isOk())
                .isFalse();
        assertThat(lookup("still-works").getFound()).isFalse();
    }

    @Test
    void join_isNotThereYet() {
        StatusRuntimeException error =
                error(() -> ClusterServiceGrpc.newBlockingStub(channel).join(JoinRequest.getDefaultInstance()));
        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(error.getStatus().getDescription()).contains("cluster.peers");
    }

    @Test
    void status_andRing_areAnswered() {
        StatusResponse status = ClusterServiceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
        assertThat(status.getNodeId()).isEqualTo(LocalCluster.NODE);
        assertThat(status.getReady()).isTrue();
        assertThat(status.getSegmentsCount()).isEqualTo(LocalCluster.SEGMENTS + 1);
        assertThat(status.getNodes(0).getState()).isEqualTo("UP");
        assertThat(ClusterServiceGrpc.newBlockingStub(channel)
                        .getHashring(HashringRequest.getDefaultInstance())
                        .getSegmentsCount())
                .isEqualTo(LocalCluster.SEGMENTS);
    }

    @Test
    void health_isServingFromTheWordToTheDrain() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        assertHealth(health, ServingStatus.NOT_SERVING);
        server.serving();
        assertHealth(health, ServingStatus.SERVING);
        server.drain();
        Awaitility.await("new connections are refused")
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> error(() -> lookup("a")).getStatus().getCode() == Status.Code.UNAVAILABLE);
    }

    private static void assertHealth(HealthGrpc.HealthBlockingStub health, ServingStatus expected) {
        for (String service : List.of("", "nexus.v1.AllocationService", "nexus.v1.PoolService")) {
            assertThat(health.check(HealthCheckRequest.newBuilder()
                                    .setService(service)
                                    .build())
                            .getStatus())
                    .as(service)
                    .isEqualTo(expected);
        }
    }

    @Test
    void reflection_listsTheServices() {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        answer.completeExceptionally(thrown);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answer.orTimeout(20, TimeUnit.SECONDS)
                        .join()
                        .getListServicesResponse()
                        .getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "nexus.v1.AllocationService",
                        "nexus.v1.PoolService",
                        "nexus.v1.ClusterService",
                        "grpc.health.v1.Health");
        requests.onCompleted();
    }

    @Test
    void calls_areCounted() {
        lookup("a");
        error(() -> allocate("a", "nowhere"));
        Awaitility.await("the calls are counted")
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(PrometheusText.write(cluster.meters))
                        .contains(
                                "nexus_grpc_requests_total{method=\"nexus.v1.AllocationService/LookupBySubscriber\",code=\"OK\"} 1")
                        .contains(
                                "nexus_grpc_requests_total{method=\"nexus.v1.AllocationService/Allocate\",code=\"NOT_FOUND\"} 1")
                        .contains("nexus_requests_without_deadline_total 2"));
    }

    /* --------------- steps --------------- */

    private Pool createPool(PoolSpec.Builder spec) {
        return pools.createPool(CreatePoolRequest.newBuilder().setSpec(spec).build());
    }

    private AllocateResponse allocate(String subscriber, String pool) {
        return allocations.allocate(AllocateRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .build());
    }

    private LookupResponse lookup(String subscriber) {
        return allocations.lookupBySubscriber(
                LookupRequest.newBuilder().setSubscriberId(subscriber).build());
    }

    private static StatusRuntimeException error(Supplier<?> call) {
        StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::get);
        assertThat(error).as("the call must fail").isNotNull();
        return error;
    }

    private static ErrorInfo assertReason(Status.Code code, String reason, Supplier<?> call) {
        StatusRuntimeException error = error(call);
        assertThat(error.getStatus().getCode()).as(error.toString()).isEqualTo(code);
        ErrorInfo info = detail(error, ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo(reason);
        assertThat(info.getDomain()).isEqualTo("nexus");
        return info;
    }

    private static <T extends com.google.protobuf.Message> T detail(StatusRuntimeException error, Class<T> type) {
        try {
            for (Any any : StatusProto.fromThrowable(error).getDetailsList()) {
                if (any.is(type)) {
                    return any.unpack(type);
                }
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + error);
    }
}
