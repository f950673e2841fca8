package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.service.PoolService;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.DeletePoolRequest;
import io.nexus.api.v1.DeletePoolResponse;
import io.nexus.api.v1.GetPoolRequest;
import io.nexus.api.v1.ListPoolsRequest;
import io.nexus.api.v1.ListPoolsResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolServiceGrpc;
import java.util.concurrent.CompletableFuture;

/** {@code nexus.v1.PoolService}. */
public final class PoolEndpoint extends PoolServiceGrpc.PoolServiceImplBase {
    private final PoolService pools;

    public PoolEndpoint(PoolService pools) {
        this.pools = pools;
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
    public void deletePool(DeletePoolRequest request, StreamObserver<DeletePoolResponse> observer) {
        long deadline = DeadlineInterceptor.deadlineNanos();
        Calls.answer(
                observer,
                () -> pools.delete(request.getId(), deadline),
                done -> DeletePoolResponse.getDefaultInstance());
    }
}
