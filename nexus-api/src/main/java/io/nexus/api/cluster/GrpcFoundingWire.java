package io.nexus.api.cluster;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc;
import io.nexus.api.peer.v1.ClusterPeerServiceGrpc.ClusterPeerServiceStub;
import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One channel for each address asked; open until this object is closed. */
final class GrpcFoundingWire implements FoundingWire, AutoCloseable {
    private static final Duration HELLO = Duration.ofSeconds(1);
    private static final Duration FOUND = Duration.ofSeconds(5);
    private static final Duration REPLACE = Duration.ofSeconds(10);

    private final PeerDialer dialer;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    GrpcFoundingWire(PeerDialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public CompletableFuture<HelloReply> hello(String address, HelloRequest request) {
        return UnaryCall.of(observer -> stub(address, HELLO).hello(request, observer));
    }

    @Override
    public CompletableFuture<FoundReply> found(String address, FoundRequest request) {
        return UnaryCall.of(observer -> stub(address, FOUND).found(request, observer));
    }

    @Override
    public CompletableFuture<ReplaceReply> replace(String address, ReplaceRequest request) {
        return UnaryCall.of(observer -> stub(address, REPLACE).replace(request, observer));
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private ClusterPeerServiceStub stub(String address, Duration timeout) {
        ManagedChannel channel = channels.computeIfAbsent(address, dialer::dial);
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return ClusterPeerServiceGrpc.newStub(channel).withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
