package io.nexus.api.cluster;

import io.grpc.Channel;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Over the live channels; a node that does not answer is dialled again at once. */
final class GrpcHeartbeatWire implements HeartbeatWire {
    private final PeerChannels channels;
    private final Duration timeout;

    GrpcHeartbeatWire(PeerChannels channels, Duration timeout) {
        this.channels = channels;
        this.timeout = timeout;
    }

    @Override
    public CompletableFuture<HeartbeatReply> send(String nodeId, HeartbeatRequest request) {
        Channel channel = channels.live(nodeId);
        if (channel == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("not in the roster"));
        }
        CompletableFuture<HeartbeatReply> reply = UnaryCall.of(observer -> ClusterPeerServiceGrpc.newStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .heartbeat(request, observer));
        return reply.whenComplete((answer, failure) -> {
            if (failure != null) {
                channels.hurry(nodeId);
            }
        });
    }
}
