package io.nexus.cli.command;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.DeleteRecordRequest;
import io.nexus.api.v1.DeleteRecordResponse;
import io.nexus.api.v1.Device;
import io.nexus.api.v1.GetRecordRequest;
import io.nexus.api.v1.ListDevicesResponse;
import io.nexus.api.v1.ListRecordsRequest;
import io.nexus.api.v1.ListSessionsResponse;
import io.nexus.api.v1.ListSubscribersResponse;
import io.nexus.api.v1.PutDeviceRequest;
import io.nexus.api.v1.PutSessionRequest;
import io.nexus.api.v1.PutSubscriberRequest;
import io.nexus.api.v1.RecordServiceGrpc;
import io.nexus.api.v1.SubscriberConfig;
import io.nexus.api.v1.SubscriberSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One kind of record, as its commands see it.
 *
 * @param blank a record without fields
 * @param columns fields that a list shows, besides id and version
 */
record RecordType<R extends Message>(
        String word,
        R blank,
        List<String> columns,
        MethodDescriptor<GetRecordRequest, R> get,
        Put<R> put,
        MethodDescriptor<DeleteRecordRequest, DeleteRecordResponse> delete,
        MethodDescriptor<ListRecordsRequest, ? extends Message> list) {

    static final RecordType<SubscriberConfig> SUBSCRIBER = new RecordType<>(
            "subscriber",
            SubscriberConfig.getDefaultInstance(),
            List.of("name", "service_plan", "isp_id", "circuit_id", "status"),
            RecordServiceGrpc.getGetSubscriberMethod(),
            (client, record, ifMatch) -> client.ask(
                    RecordServiceGrpc.getPutSubscriberMethod(),
                    PutSubscriberRequest.newBuilder()
                            .setSubscriber(record)
                            .setIfMatch(ifMatch)
                            .build()),
            RecordServiceGrpc.getDeleteSubscriberMethod(),
            RecordServiceGrpc.getListSubscribersMethod());

    static final RecordType<SubscriberSession> SESSION = new RecordType<>(
            "session",
            SubscriberSession.getDefaultInstance(),
            List.of("bng_id", "ip", "mac", "state"),
            RecordServiceGrpc.getGetSessionMethod(),
            (client, record, ifMatch) -> client.ask(
                    RecordServiceGrpc.getPutSessionMethod(),
                    PutSessionRequest.newBuilder()
                            .setSession(record)
                            .setIfMatch(ifMatch)
                            .build()),
            RecordServiceGrpc.getDeleteSessionMethod(),
            RecordServiceGrpc.getListSessionsMethod());

    static final RecordType<Device> DEVICE = new RecordType<>(
            "device",
            Device.getDefaultInstance(),
            List.of("serial", "mac", "model", "site", "firmware", "state"),
            RecordServiceGrpc.getGetDeviceMethod(),
            (client, record, ifMatch) -> client.ask(
                    RecordServiceGrpc.getPutDeviceMethod(),
                    PutDeviceRequest.newBuilder()
                            .setDevice(record)
                            .setIfMatch(ifMatch)
                            .build()),
            RecordServiceGrpc.getDeleteDeviceMethod(),
            RecordServiceGrpc.getListDevicesMethod());

    @FunctionalInterface
    interface Put<R> {
        CompletableFuture<R> send(NexusClient client, R record, String ifMatch);
    }

    /** The records of a list's answer. */
    static List<? extends Message> items(Message answer) {
        if (answer instanceof ListSubscribersResponse subscribers) {
            return subscribers.getSubscribersList();
        }
        if (answer instanceof ListSessionsResponse sessions) {
            return sessions.getSessionsList();
        }
        return ((ListDevicesResponse) answer).getDevicesList();
    }
}
