package io.nexus.api.cluster;

import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a node by its peer address, before there is a roster. Never blocks; a future completes on any thread, within
 * seconds, exceptionally if no answer came. A message may arrive late, or although the asker saw a failure.
 */
interface FoundingWire {
    CompletableFuture<HelloReply> hello(String address, HelloRequest request);

    CompletableFuture<FoundReply> found(String address, FoundRequest request);

    CompletableFuture<ReplaceReply> replace(String address, ReplaceRequest request);
}
