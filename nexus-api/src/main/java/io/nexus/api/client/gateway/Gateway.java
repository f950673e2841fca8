package io.nexus.api.client.gateway;

import io.nexus.api.client.NexusClient;
import io.nexus.api.client.Outcome;
import io.nexus.api.client.watch.WatchFeed;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.WatchRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The cluster as a broadband gateway wants it: answers what it knows when the cluster is away, says how old that is,
 * keeps leases alive, and does later what could not be done now.
 *
 * <ul>
 *   <li>Lookups come from a cache that a watch feeds: see {@link #find}.
 *   <li>{@link #allocate} and {@link #release} ask the cluster. If that is away, an allocate is answered from the cache
 *       where the subscriber has something there, and everything else is queued, to be replayed in order of each
 *       subscriber under the same request ids. A full queue is a clear refusal.
 *   <li>{@link #keep} renews leases in time.
 * </ul>
 *
 * <p>The queue is in memory: a gateway that is restarted has lost it. A lease is never used beyond the end that the
 * cluster gave it. Thread-safe; nothing blocks; futures complete on network threads or the client's timer.
 */
public final class Gateway implements AutoCloseable {
    private final NexusClient client;
    private final GatewaySettings settings;
    private final AllocationCache cache;
    private final OfflineQueue queue;
    private final LeaseKeeper keeper;
    private final WatchFeed feed;
    private final LongAdder refused = new LongAdder();
    private volatile boolean closed;

    /** Begins to fill its cache at once. The client stays the caller's to close, after the gateway. */
    public Gateway(NexusClient client, GatewaySettings settings) {
        this(client, settings, InstantSource.system());
    }

    Gateway(NexusClient client, GatewaySettings settings, InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.queue = new OfflineQueue(settings.queueMax(), settings.parallelMax());
        this.cache = new AllocationCache(clock, System::nanoTime, () -> {
            if (queue.size() > 0) {
                queue.pump();
            }
        });
        this.keeper = new LeaseKeeper(client, cache, clock);
        this.feed = client.watch(
                WatchRequest.newBuilder().addAllPools(settings.pools()).build(), cache);
        client.later(this::look, settings.retryEvery());
    }

    /* --------------- what is known --------------- */

    /** What the holder has, as it was last heard of; empty if nothing was, or its lease is over. */
    public Optional<Cached> find(Holder holder) {
        return Optional.ofNullable(cache.find(holder));
    }

    /** Who has the address, or the prefix that begins with it. */
    public Optional<Cached> findByAddress(String pool, String ip) {
        return Optional.ofNullable(cache.findByAddress(pool, ip));
    }

    /** True while a watch is followed and the cache is complete. */
    public boolean isCurrent() {
        return cache.isCurrent();
    }

    public GatewayStats stats() {
        return new GatewayStats(cache.size(), cache.isCurrent(), keeper.kept(), queue.size(), refused.sum());
    }

    /* --------------- what is asked for --------------- */

    /** Gives the subscriber an address: a new one, or what it has. */
    public CompletableFuture<Reply> allocate(AllocateRequest given) {
        AllocateRequest request = given.toBuilder()
                .setRequestId(client.requestId(given.getRequestId()))
                .build();
        Holder holder = Holder.of(request);
        OfflineQueue.Request call = () -> done(client.allocate(request), this::allocated);
        Cached known = cache.find(holder);
        if (known != null && !known.connected() && !queue.holds(holder.subscriber())) {
            return CompletableFuture.completedFuture(new Reply.FromCache(known)); // at once, a customer waits
        }
        return mustWait(holder)
                ? CompletableFuture.completedFuture(later(holder, request.getRequestId(), call, true))
                : call.get().thenApply(outcome -> now(outcome, holder, request.getRequestId(), call, true));
    }

    /**
     * Frees what the subscriber has. Names the generation that the cache knows, where the caller names none: however
     * late it is replayed, it never frees what was given later.
     */
    public CompletableFuture<Reply> release(ReleaseRequest given) {
        Holder holder = Holder.of(given);
        Cached known = cache.find(holder);
        long generation = given.getGeneration() != 0 || known == null
                ? given.getGeneration()
                : known.allocation().getGeneration();
        ReleaseRequest request = given.toBuilder()
                .setRequestId(client.requestId(given.getRequestId()))
                .setGeneration(generation)
                .build();
        keeper.leave(holder);
        OfflineQueue.Request call = () -> done(client.release(request), this::released);
        if (queue.holds(holder.subscriber())) {
            // What is queued before it may give the subscriber another address: that is the one that is meant then.
            ReleaseRequest any =
                    given.toBuilder().setRequestId(request.getRequestId()).build();
            return CompletableFuture.completedFuture(
                    later(holder, request.getRequestId(), () -> done(client.release(any), this::released), false));
        }
        return mustWait(holder)
                ? CompletableFuture.completedFuture(later(holder, request.getRequestId(), call, false))
                : call.get().thenApply(outcome -> now(outcome, holder, request.getRequestId(), call, false));
    }

    /**
     * Renews the holder's lease from now on whenever half of it is over, until it is released.
     *
     * @param ttlSeconds of each renewal; 0: the pool's default
     */
    public void keep(Holder holder, long ttlSeconds) {
        keeper.keep(holder, ttlSeconds);
    }

    /** Leaves the holder's lease to end by itself. */
    public void leave(Holder holder) {
        keeper.leave(holder);
    }

    /** Ends the watch; what is queued ends as not done. The client stays open. */
    @Override
    public void close() {
        closed = true;
        feed.close();
        queue.close("the gateway was closed");
    }

    /* --------------- now or later --------------- */

    private Reply now(
            Outcome<List<Allocation>> outcome,
            Holder holder,
            String requestId,
            OfflineQueue.Request call,
            boolean mayBeCached) {
        return outcome.fold(
                Reply.Done::new,
                no -> new Reply.Refused(no.reason(), no.message()),
                notDone -> later(holder, requestId, call, mayBeCached),
                unknown -> later(holder, requestId, call, mayBeCached));
    }

    /** Behind what the subscriber asked for before; or because the cluster is known to be away. */
    private boolean mustWait(Holder holder) {
        return queue.holds(holder.subscriber()) || (!cache.isCurrent() && queue.size() > 0);
    }

    private Reply later(Holder holder, String requestId, OfflineQueue.Request call, boolean mayBeCached) {
        Cached known = mayBeCached ? cache.find(holder) : null;
        if (known != null && !queue.holds(holder.subscriber())) {
            return new Reply.FromCache(known);
        }
        var outcome = queue.offer(holder.subscriber(), holder.pool(), call);
        if (outcome == null) {
            refused.increment();
            return new Reply.Refused(
                    Reply.QUEUE_FULL,
                    "the cluster is away and " + settings.queueMax() + " requests wait for it already");
        }
        return new Reply.Queued(requestId, outcome);
    }

    /** From time to time: what waits is tried, what is due is renewed. */
    private void look() {
        if (!closed) {
            queue.pump();
            keeper.look();
            client.later(this::look, settings.retryEvery());
        }
    }

    private List<Allocation> allocated(AllocateResponse response) {
        cache.given(response.getAllocation());
        return List.of(response.getAllocation());
    }

    private List<Allocation> released(ReleaseResponse response) {
        response.getReleasedList().forEach(cache::ended);
        return response.getReleasedList();
    }

    private static <R> CompletableFuture<Outcome<List<Allocation>>> done(
            CompletableFuture<R> call, Function<R, List<Allocation>> effect) {
        return Outcome.of(call.thenApply(effect));
    }
}
