package io.nexus.api.cluster;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc;
import io.nexus.statemachine.model.ClusterPlan;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets only nodes of the same cluster call the peer port, but for the calls by which a node gets into one. */
final class PeerGate implements ServerInterceptor {
    private static final Set<String> OPEN = Set.of(
            ClusterPeerServiceGrpc.getHelloMethod().getFullMethodName(),
            ClusterPeerServiceGrpc.getFoundMethod().getFullMethodName(),
            ClusterPeerServiceGrpc.getReplaceMethod().getFullMethodName());

    private final NodeIdentity identity;

    PeerGate(NodeIdentity identity) {
        this.identity = identity;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Status refusal = OPEN.contains(call.getMethodDescriptor().getFullMethodName())
                ? null
                : refusal(headers.get(PeerDialer.CLUSTER));
        if (refusal == null) {
            return next.startCall(call, headers);
        }
        call.close(refusal, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private @Nullable Status refusal(@Nullable String theirs) {
        ClusterPlan plan = identity.plan();
        if (plan == null) {
            return Status.UNAVAILABLE.withDescription("this node belongs to no cluster yet");
        }
        return plan.clusterId().equals(theirs)
                ? null
                : Status.PERMISSION_DENIED.withDescription("this node belongs to cluster " + plan.clusterId());
    }
}
