package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.LookupService;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.ConfirmRequest;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;

/** {@code nexus.v1.AllocationService}. A lookup that finds nothing is an answer with {@code found = false}, no error. */
public final class AllocationEndpoint extends AllocationServiceGrpc.AllocationServiceImplBase {
    private final AllocationService allocations;
    private final LookupService lookups;

    public AllocationEndpoint(AllocationService allocations, LookupService lookups) {
        this.allocations = allocations;
        this.lookups = lookups;
    }

    @Override
    public void allocate(AllocateRequest request, StreamObserver<AllocateResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer, () -> allocations.allocate(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void offer(AllocateRequest request, StreamObserver<AllocateResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(observer, () -> allocations.offer(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void confirm(ConfirmRequest request, StreamObserver<RenewResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer, () -> allocations.confirm(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void decline(ReleaseRequest request, StreamObserver<ReleaseResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer, () -> allocations.decline(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer, () -> allocations.release(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(observer, () -> allocations.renew(ProtoMapper.request(request), deadline), ProtoMapper::response);
    }

    @Override
    public void lookupBySubscriber(LookupRequest request, StreamObserver<LookupResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        String pool = request.getPoolId().isEmpty() ? null : request.getPoolId();
        Calls.answer(
                observer,
                () -> lookups.bySubscriber(
                        request.getSubscriberId(), pool, ProtoMapper.freshness(request.getConsistency()), deadline),
                ProtoMapper::response);
    }

    @Override
    public void lookupByIP(LookupByIPRequest request, StreamObserver<LookupResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> lookups.byAddress(
                        request.getIp(), request.getSpace(), ProtoMapper.freshness(request.getConsistency()), deadline),
                ProtoMapper::response);
    }
}
