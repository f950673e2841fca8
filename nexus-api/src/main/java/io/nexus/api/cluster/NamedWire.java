package io.nexus.api.cluster;

import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import java.util.concurrent.CompletableFuture;

/** Says in each heartbeat who sends it. */
record NamedWire(HeartbeatWire wire, String clusterId, String selfId) implements HeartbeatWire {
    @Override
    public CompletableFuture<HeartbeatReply> send(String nodeId, HeartbeatRequest request) {
        return wire.send(
                nodeId,
                request.toBuilder().setClusterId(clusterId).setFrom(selfId).build());
    }
}
