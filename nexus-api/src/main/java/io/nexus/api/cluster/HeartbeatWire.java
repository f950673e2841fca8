package io.nexus.api.cluster;

import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Sends one heartbeat to a node of the roster. Never blocks; the future completes on any thread, exceptionally if no
 * answer came within the timeout.
 */
@FunctionalInterface
interface HeartbeatWire {
    CompletableFuture<HeartbeatReply> send(String nodeId, HeartbeatRequest request);
}
