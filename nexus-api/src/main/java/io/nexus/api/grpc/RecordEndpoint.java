package io.nexus.api.grpc;

import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.nexus.api.service.RecordKind;
import io.nexus.api.service.RecordService;
import io.nexus.api.service.RecordService.Page;
import io.nexus.api.service.RecordService.View;
import io.nexus.api.v1.DeleteRecordRequest;
import io.nexus.api.v1.DeleteRecordResponse;
import io.nexus.api.v1.Device;
import io.nexus.api.v1.GetRecordRequest;
import io.nexus.api.v1.ListConflictsRequest;
import io.nexus.api.v1.ListConflictsResponse;
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
import java.util.function.Function;

/** {@code nexus.v1.RecordService}. */
public final class RecordEndpoint extends RecordServiceGrpc.RecordServiceImplBase {
    private final RecordService records;

    public RecordEndpoint(RecordService records) {
        this.records = records;
    }

    @Override
    public void putSubscriber(PutSubscriberRequest request, StreamObserver<SubscriberConfig> observer) {
        SubscriberConfig given = request.getSubscriber();
        put(observer, RecordKind.SUBSCRIBER, given.getId(), given, request.getIfMatch(), RecordEndpoint::subscriber);
    }

    @Override
    public void getSubscriber(GetRecordRequest request, StreamObserver<SubscriberConfig> observer) {
        get(observer, RecordKind.SUBSCRIBER, request, RecordEndpoint::subscriber);
    }

    @Override
    public void deleteSubscriber(DeleteRecordRequest request, StreamObserver<DeleteRecordResponse> observer) {
        delete(observer, RecordKind.SUBSCRIBER, request);
    }

    @Override
    public void listSubscribers(ListRecordsRequest request, StreamObserver<ListSubscribersResponse> observer) {
        list(
                observer,
                RecordKind.SUBSCRIBER,
                request,
                page -> ListSubscribersResponse.newBuilder()
                        .addAllSubscribers(page.views().stream()
                                .map(RecordEndpoint::subscriber)
                                .toList())
                        .setMore(page.more())
                        .build());
    }

    @Override
    public void putSession(PutSessionRequest request, StreamObserver<SubscriberSession> observer) {
        SubscriberSession given = request.getSession();
        put(observer, RecordKind.SESSION, given.getId(), given, request.getIfMatch(), RecordEndpoint::session);
    }

    @Override
    public void getSession(GetRecordRequest request, StreamObserver<SubscriberSession> observer) {
        get(observer, RecordKind.SESSION, request, RecordEndpoint::session);
    }

    @Override
    public void deleteSession(DeleteRecordRequest request, StreamObserver<DeleteRecordResponse> observer) {
        delete(observer, RecordKind.SESSION, request);
    }

    @Override
    public void listSessions(ListRecordsRequest request, StreamObserver<ListSessionsResponse> observer) {
        list(
                observer,
                RecordKind.SESSION,
                request,
                page -> ListSessionsResponse.newBuilder()
                        .addAllSessions(page.views().stream()
                                .map(RecordEndpoint::session)
                                .toList())
                        .setMore(page.more())
                        .build());
    }

    @Override
    public void putDevice(PutDeviceRequest request, StreamObserver<Device> observer) {
        Device given = request.getDevice();
        put(observer, RecordKind.DEVICE, given.getId(), given, request.getIfMatch(), RecordEndpoint::device);
    }

    @Override
    public void getDevice(GetRecordRequest request, StreamObserver<Device> observer) {
        get(observer, RecordKind.DEVICE, request, RecordEndpoint::device);
    }

    @Override
    public void deleteDevice(DeleteRecordRequest request, StreamObserver<DeleteRecordResponse> observer) {
        delete(observer, RecordKind.DEVICE, request);
    }

    @Override
    public void listDevices(ListRecordsRequest request, StreamObserver<ListDevicesResponse> observer) {
        list(
                observer,
                RecordKind.DEVICE,
                request,
                page -> ListDevicesResponse.newBuilder()
                        .addAllDevices(page.views().stream()
                                .map(RecordEndpoint::device)
                                .toList())
                        .setMore(page.more())
                        .build());
    }

    @Override
    public void listConflicts(ListConflictsRequest request, StreamObserver<ListConflictsResponse> observer) {
        Calls.answer(
                observer,
                () -> records.conflicts(Integer.toUnsignedLong(request.getLimit())),
                conflicts -> ListConflictsResponse.newBuilder()
                        .addAllConflicts(
                                conflicts.stream().map(RecordMapper::conflict).toList())
                        .build());
    }

    private <R extends Message> void put(
            StreamObserver<R> observer,
            RecordKind kind,
            String id,
            Message given,
            String ifMatch,
            Function<View, R> message) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> records.put(kind, id, RecordMapper.fields(kind, given), ifMatch, deadline),
                done -> message.apply(done.view()));
    }

    private <R extends Message> void get(
            StreamObserver<R> observer, RecordKind kind, GetRecordRequest request, Function<View, R> message) {
        Calls.answer(observer, () -> records.get(kind, request.getId()), message);
    }

    private void delete(StreamObserver<DeleteRecordResponse> observer, RecordKind kind, DeleteRecordRequest request) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> records.delete(kind, request.getId(), request.getIfMatch(), deadline),
                version -> DeleteRecordResponse.newBuilder()
                        .setVersion(RecordMapper.version(version))
                        .build());
    }

    private <R extends Message> void list(
            StreamObserver<R> observer, RecordKind kind, ListRecordsRequest request, Function<Page, R> message) {
        Calls.answer(
                observer,
                () -> records.list(
                        kind, request.getPrefix(), request.getAfter(), Integer.toUnsignedLong(request.getLimit())),
                message);
    }

    private static SubscriberConfig subscriber(View view) {
        return RecordMapper.fill(SubscriberConfig.newBuilder(), view).build();
    }

    private static SubscriberSession session(View view) {
        return RecordMapper.fill(SubscriberSession.newBuilder(), view).build();
    }

    private static Device device(View view) {
        return RecordMapper.fill(Device.newBuilder(), view).build();
    }
}
