package io.nexus.api.client.gateway;

import io.nexus.api.client.Outcome;
import io.nexus.api.v1.Allocation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a gateway can do with a request now. */
public sealed interface Reply {

    /** The cluster did it. */
    record Done(List<Allocation> allocations) implements Reply {}

    /** The cluster is away, and the cache has it. */
    record FromCache(Cached cached) implements Reply {}

    /**
     * The cluster is away; it is done when that is back, in the order in which the subscriber's requests came. An
     * allocate that was queued has no address to give out yet.
     *
     * @param outcome once it is done; what cannot be known to be done is repeated, so it is Success or Rejected, or
     *     NotDone if the gateway was closed before
     */
    record Queued(String requestId, CompletableFuture<Outcome<List<Allocation>>> outcome) implements Reply {}

    /**
     * Not now, and not later: the cluster says no, or too much is queued already.
     *
     * @param reason of {@code docs/reference/errors.md}, or {@value #QUEUE_FULL}
     */
    record Refused(String reason, String message) implements Reply {}

    /** The cluster is away and the queue has no room: nothing was kept. */
    String QUEUE_FULL = "QUEUE_FULL";
}
