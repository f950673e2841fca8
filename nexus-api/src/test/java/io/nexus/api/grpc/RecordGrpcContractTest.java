package io.nexus.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.service.RecordField;
import io.nexus.api.service.RecordKind;
import io.nexus.api.v1.DeleteRecordRequest;
import io.nexus.api.v1.Device;
import io.nexus.api.v1.GetRecordRequest;
import io.nexus.api.v1.ListConflictsRequest;
import io.nexus.api.v1.ListRecordsRequest;
import io.nexus.api.v1.PutDeviceRequest;
import io.nexus.api.v1.PutSessionRequest;
import io.nexus.api.v1.PutSubscriberRequest;
import io.nexus.api.v1.RecordServiceGrpc;
import io.nexus.api.v1.RecordServiceGrpc.RecordServiceBlockingStub;
import io.nexus.api.v1.SubscriberConfig;
import io.nexus.api.v1.SubscriberSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller of RecordService meets, over a real connection. */
final class RecordGrpcContractTest {
    private final LocalCluster cluster = new LocalCluster();
    private GrpcServer server;
    private ManagedChannel channel;
    private RecordServiceBlockingStub records;

    @BeforeEach
    void start() throws IOException {
        server = new GrpcServer(
                new GrpcServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        1_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60)),
                List.of(new RecordEndpoint(cluster.records)),
                cluster.meters);
        server.start();
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .directExecutor()
                .build();
        records = RecordServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        server.close();
        cluster.close();
    }

    /** The mapper goes by the names: both sides must have the same. */
    @Test
    void messages_haveTheFieldsOfTheirKind() {
        Map<RecordKind, Message> messages = Map.of(
                RecordKind.SUBSCRIBER, SubscriberConfig.getDefaultInstance(),
                RecordKind.SESSION, SubscriberSession.getDefaultInstance(),
                RecordKind.DEVICE, Device.getDefaultInstance());
        messages.forEach((kind, message) -> {
            Set<String> names = kind.fields().stream().map(RecordField::name).collect(Collectors.toSet());
            names.addAll(Set.of("id", "version"));
            assertThat(message.getDescriptorForType().getFields())
                    .extracting(FieldDescriptor::getName)
                    .containsExactlyInAnyOrderElementsOf(names);
        });
    }

    @Test
    void everyField_comesBack() {
        SubscriberConfig config = SubscriberConfig.newBuilder()
                .setId("s/1")
                .setName("Ann")
                .setContact("crm:7")
                .setServicePlan("gold")
                .setRealm("example.net")
                .setIspId("isp-1")
                .setCircuitId("olt1/1/2")
                .setRemoteId("ont-9")
                .setMac("AABB.CCDD.EE01")
                .setStatus("active")
                .putOptions("mtu", "1492")
                .putMetadata("note", "")
                .build();
        SubscriberConfig put = records.putSubscriber(
                PutSubscriberRequest.newBuilder().setSubscriber(config).build());
        assertThat(put.getVersion().getNodeId()).isEqualTo(LocalCluster.NODE);
        assertThat(put.toBuilder().clearVersion().build())
                .isEqualTo(config.toBuilder().setMac("aa:bb:cc:dd:ee:01").build());
        assertThat(records.getSubscriber(get("s/1"))).isEqualTo(put);
        SubscriberSession session = SubscriberSession.newBuilder()
                .setId("s/1")
                .setSessionId("0001")
                .setBngId("bng-1")
                .setNasPort("1/2/3")
                .setIp("100.64.0.7")
                .setState("active")
                .setStartedAt(1_790_000_000)
                .setLastSeenAt(1_790_000_100)
                .setInputOctets(1L << 40)
                .setOutputOctets(7)
                .build();
        SubscriberSession answered = records.putSession(
                PutSessionRequest.newBuilder().setSession(session).build());
        assertThat(answered.toBuilder().clearVersion().build()).isEqualTo(session);
        assertThat(records.getSession(get("s/1"))).isEqualTo(answered);
        assertThat(records.listSessions(ListRecordsRequest.getDefaultInstance()).getSessionsList())
                .containsExactly(answered);
    }

    @Test
    void oldVersion_isAborted() {
        Device device = Device.newBuilder().setId("d").setSerial("1").build();
        Device first = records.putDevice(
                PutDeviceRequest.newBuilder().setDevice(device).build());
        records.putDevice(PutDeviceRequest.newBuilder().setDevice(device).build());
        StatusRuntimeException late = failure(() -> records.putDevice(PutDeviceRequest.newBuilder()
                .setDevice(device)
                .setIfMatch(first.getVersion().getVersion())
                .build()));
        assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
        records.deleteDevice(DeleteRecordRequest.newBuilder().setId("d").build());
        assertThat(failure(() -> records.getDevice(get("d"))).getStatus().getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(records.listDevices(ListRecordsRequest.getDefaultInstance()).getDevicesCount())
                .isZero();
        assertThat(records.listConflicts(ListConflictsRequest.getDefaultInstance())
                        .getConflictsCount())
                .isZero();
    }

    @Test
    void badInput_isRefused() {
        assertThat(failure(() -> records.putDevice(PutDeviceRequest.getDefaultInstance()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(failure(() -> records.listDevices(
                                ListRecordsRequest.newBuilder().setLimit(-1).build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    private static GetRecordRequest get(String id) {
        return GetRecordRequest.newBuilder().setId(id).build();
    }

    private static StatusRuntimeException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }
}
