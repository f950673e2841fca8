package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.PoolService;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.DeletePoolRequest;
import io.nexus.api.v1.DeletePoolResponse;
import io.nexus.api.v1.GetPoolRequest;
import io.nexus.api.v1.ListPoolsRequest;
import io.nexus.api.v1.ListPoolsResponse;
import io.nexus.api.v1.ListReservationsRequest;
import io.nexus.api.v1.ListReservationsResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolServiceGrpc;
import io.nexus.api.v1.ReserveRequest;
import io.nexus.api.v1.ReserveResponse;
import io.nexus.api.v1.UnreserveRequest;
import io.nexus.api.v1.UpdatePoolRequest;
import java.util.concurrent.CompletableFuture;

/** {@code nexus.v1.PoolService}. */
public final class PoolEndpoint extends PoolServiceGrpc.PoolServiceImplBase {
    private final PoolService pools;
    private final LookupService lookups;

    public PoolEndpoint(PoolService pools, LookupService lookups) {
        this.pools = pools;
        this.lookups = lookups;
    }

    @Override
    public void createPool(CreatePoolRequest request, StreamObserver<Pool> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> pools.create(ProtoMapper.request(request.getSpec()), deadline),
                created -> ProtoMapper.pool(created.pool()));
    }

    @Override
    public void getPool(GetPoolRequest request, StreamObserver<Pool> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(observer, () -> pools.get(request.getId(), deadline), ProtoMapper::pool);
    }

    @Override
    public void listPools(ListPoolsRequest request, StreamObserver<ListPoolsResponse> observer) {
        Calls.answer(
                observer,
                () -> CompletableFuture.completedFuture(pools.list(request.getSpace())),
                list -> ListPoolsResponse.newBuilder()
                        .addAllPools(list.stream().map(ProtoMapper::pool).toList())
                        .build());
    }

    @Override
    public void updatePool(UpdatePoolRequest request, StreamObserver<Pool> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(observer, () -> pools.update(PoolMapper.request(request), deadline), ProtoMapper::pool);
    }

    @Override
    public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(observer, () -> pools.reserve(PoolMapper.request(request), deadline), PoolMapper::changed);
    }

    @Override
    public void unreserve(UnreserveRequest request, StreamObserver<ReserveResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer, () -> pools.unreserve(request.getPoolId(), request.getIp(), deadline), PoolMapper::changed);
    }

    @Override
    public void listReservations(ListReservationsRequest request, StreamObserver<ListReservationsResponse> observer) {
        Calls.answer(observer, () -> lookups.reservations(request.getPoolId()), PoolMapper::reservations);
    }

    @Override
    public void deletePool(DeletePoolRequest request, StreamObserver<DeletePoolResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> pools.delete(request.getId(), deadline),
                done -> DeletePoolResponse.getDefaultInstance());
    }
}
