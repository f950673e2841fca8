package io.nexus.api.cluster;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc;
import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What other nodes may ask. Never blocks the calling thread. */
final class ClusterPeerEndpoint extends ClusterPeerServiceGrpc.ClusterPeerServiceImplBase {
    private final FoundingAnswers founding;
    private volatile @Nullable Running running;

    ClusterPeerEndpoint(FoundingAnswers founding) {
        this.founding = founding;
    }

    /** What can be answered once this node runs in a cluster. */
    record Running(HeartbeatAnswers heartbeats, SeatHandover handover) {}

    void serve(Running parts) {
        running = parts;
    }

    @Override
    public void hello(HelloRequest request, StreamObserver<HelloReply> observer) {
        observer.onNext(founding.hello(request));
        observer.onCompleted();
    }

    @Override
    public void found(FoundRequest request, StreamObserver<FoundReply> observer) {
        answer(founding.found(request), observer);
    }

    @Override
    public void replace(ReplaceRequest request, StreamObserver<ReplaceReply> observer) {
        Running parts = running;
        if (parts == null) {
            observer.onNext(ReplaceReply.newBuilder()
                    .setRefusal("this node is starting")
                    .build());
            observer.onCompleted();
        } else {
            answer(parts.handover.replace(request), observer);
        }
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> observer) {
        Running parts = running;
        String refusal = parts == null ? "this node is starting" : parts.heartbeats.refusal(request);
        if (parts == null || refusal != null) {
            observer.onError(Status.FAILED_PRECONDITION.withDescription(refusal).asRuntimeException());
        } else {
            observer.onNext(parts.heartbeats.answer(request));
            observer.onCompleted();
        }
    }

    private static <T> void answer(CompletableFuture<T> future, StreamObserver<T> observer) {
        CompletableFuture<T> unused = future.whenComplete((reply, failure) -> {
            if (failure != null) {
                observer.onError(Status.INTERNAL
                        .withDescription(WireFailure.text(failure))
                        .withCause(failure)
                        .asRuntimeException());
            } else {
                observer.onNext(reply);
                observer.onCompleted();
            }
        });
    }
}
