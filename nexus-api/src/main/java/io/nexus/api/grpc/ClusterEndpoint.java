package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.error.Problem;
import io.nexus.api.service.ClusterService;
import io.nexus.api.v1.ClusterServiceGrpc;
import io.nexus.api.v1.HashringRequest;
import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.JoinRequest;
import io.nexus.api.v1.JoinResponse;
import io.nexus.api.v1.StatusRequest;
import io.nexus.api.v1.StatusResponse;
import io.nexus.statemachine.model.Reason;
import java.util.concurrent.CompletableFuture;

/** {@code nexus.v1.ClusterService}. */
public final class ClusterEndpoint extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final ClusterService cluster;

    public ClusterEndpoint(ClusterService cluster) {
        this.cluster = cluster;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> observer) {
        Problem problem = Problem.of(
                Reason.UNIMPLEMENTED,
                "nodes cannot join a running cluster yet: list all nodes in cluster.peers before the first start");
        Calls.answer(
                observer,
                () -> CompletableFuture.<JoinResponse>failedFuture(problem.exception()),
                response -> response);
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Calls.answer(observer, () -> CompletableFuture.completedFuture(cluster.status()), ClusterMapper::response);
    }

    @Override
    public void getHashring(HashringRequest request, StreamObserver<HashringResponse> observer) {
        Calls.answer(observer, () -> CompletableFuture.completedFuture(cluster.hashring()), ClusterMapper::response);
    }
}
