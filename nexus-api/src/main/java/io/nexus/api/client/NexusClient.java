package io.nexus.api.client;

import io.grpc.MethodDescriptor;
import io.nexus.api.client.call.CallEnd;
import io.nexus.api.client.call.CallRules;
import io.nexus.api.client.call.CallSpec;
import io.nexus.api.client.call.CallSpec.Repeat;
import io.nexus.api.client.call.Caller;
import io.nexus.api.client.call.Failure;
import io.nexus.api.client.call.Route;
import io.nexus.api.client.node.HostAndPort;
import io.nexus.api.client.node.NameLookup;
import io.nexus.api.client.node.NodeLink;
import io.nexus.api.client.node.NodeSet;
import io.nexus.api.client.route.RingCache;
import io.nexus.api.client.watch.WatchFeed;
import io.nexus.api.client.watch.WatchListener;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.ClusterServiceGrpc;
import io.nexus.api.v1.ConfirmRequest;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.DeletePoolRequest;
import io.nexus.api.v1.DeletePoolResponse;
import io.nexus.api.v1.ExplainRequest;
import io.nexus.api.v1.ExplainResponse;
import io.nexus.api.v1.GetKeyRequest;
import io.nexus.api.v1.GetKeyResponse;
import io.nexus.api.v1.GetPoolRequest;
import io.nexus.api.v1.HashringRequest;
import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.HistoryServiceGrpc;
import io.nexus.api.v1.KeyspaceServiceGrpc;
import io.nexus.api.v1.ListKeysRequest;
import io.nexus.api.v1.ListKeysResponse;
import io.nexus.api.v1.ListPoolsRequest;
import io.nexus.api.v1.ListPoolsResponse;
import io.nexus.api.v1.ListReservationsRequest;
import io.nexus.api.v1.ListReservationsResponse;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolServiceGrpc;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import io.nexus.api.v1.ReserveRequest;
import io.nexus.api.v1.ReserveResponse;
import io.nexus.api.v1.StatusRequest;
import io.nexus.api.v1.StatusResponse;
import io.nexus.api.v1.UnreserveRequest;
import io.nexus.api.v1.UpdatePoolRequest;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WhoHadRequest;
import io.nexus.api.v1.WhoHadResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Talks to a cluster through its nodes. Every call has one deadline that covers all attempts and the pauses between
 * them. An attempt that cannot reach a node, or that a node could not serve, goes to another one; a refusal is never
 * repeated. Writes carry a request id, made here where the caller gave none, so that a repeated attempt has no second
 * effect and gets the first answer.
 *
 * <p>Thread-safe, never blocks, and keeps at most a set number of calls under way. Futures fail with
 * {@link NexusClientException} only; {@link Outcome#of} makes values of them. They complete on a network thread or the
 * client's timer: do not block in what follows them directly, or hand it to an executor of yours
 * ({@code thenApplyAsync}). {@link #blocking()} is for callers that wait.
 */
public final class NexusClient implements AutoCloseable {
    private static final Duration RING_AGE_MAX = Duration.ofSeconds(10);

    private final Duration timeout;
    private final NodeSet nodes;
    private final NameLookup names;
    private final Caller caller;
    private final RequestNames requestNames = new RequestNames();
    private final @Nullable RingCache ring;

    /** A client that asks these nodes and no others. */
    public NexusClient(List<String> servers, Duration timeout) {
        this(ClientSettings.only(servers, timeout));
    }

    /** Returns at once: connections are made when calls need them. Throws IllegalArgumentException for a bad address. */
    public NexusClient(ClientSettings settings) {
        List<HostAndPort> addresses =
                settings.servers().stream().map(HostAndPort::parse).toList();
        this.timeout = settings.timeout();
        this.nodes = new NodeSet(settings.nodesMax());
        this.names = new NameLookup(addresses, nodes);
        this.caller = new Caller(
                nodes, names, new CallRules(settings.attemptTimeout(), settings.underWayMax(), settings.hedgeShare()));
        this.ring = settings.ringAware() ? new RingCache(caller, nodes, settings.learnsNodes(), RING_AGE_MAX) : null;
    }

    /* --------------- allocations --------------- */

    public CompletableFuture<AllocateResponse> allocate(AllocateRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getAllocateMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    /** Like {@link #allocate}, of something that ends by itself unless it is confirmed. */
    public CompletableFuture<AllocateResponse> offer(AllocateRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getOfferMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    public CompletableFuture<RenewResponse> confirm(ConfirmRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getConfirmMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    /** Like {@link #release}, of an address that was found in use elsewhere. */
    public CompletableFuture<ReleaseResponse> decline(ReleaseRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getDeclineMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    public CompletableFuture<ReleaseResponse> release(ReleaseRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getReleaseMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    public CompletableFuture<RenewResponse> renew(RenewRequest request) {
        String id = requestNames.orNew(request.getRequestId());
        return write(
                AllocationServiceGrpc.getRenewMethod(),
                request.toBuilder().setRequestId(id).build(),
                request.getPoolId(),
                id);
    }

    public CompletableFuture<LookupResponse> lookupBySubscriber(LookupRequest request) {
        return read(AllocationServiceGrpc.getLookupBySubscriberMethod(), request);
    }

    /** What the subscriber holds in all pools. */
    public CompletableFuture<LookupResponse> lookupBySubscriber(String subscriber, ReadAt at) {
        return lookupBySubscriber(LookupRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setConsistency(at.consistency())
                .build());
    }

    public CompletableFuture<LookupResponse> lookupByIp(LookupByIPRequest request) {
        return read(AllocationServiceGrpc.getLookupByIPMethod(), request);
    }

    /** Who holds the address, or the prefix that contains it, in the default address space. */
    public CompletableFuture<LookupResponse> lookupByIp(String ip, ReadAt at) {
        return lookupByIp(LookupByIPRequest.newBuilder()
                .setIp(ip)
                .setConsistency(at.consistency())
                .build());
    }

    /** Who had an address or prefix at some time, as far as the node that answers knows. */
    public CompletableFuture<WhoHadResponse> whoHad(WhoHadRequest request) {
        return read(HistoryServiceGrpc.getWhoHadMethod(), request);
    }

    /** Why an address is as it is, or what a subscriber has and may come back to. */
    public CompletableFuture<ExplainResponse> explain(ExplainRequest request) {
        return read(HistoryServiceGrpc.getExplainMethod(), request);
    }

    /* --------------- pools and cluster --------------- */

    public CompletableFuture<ReserveResponse> reserve(ReserveRequest request) {
        return call(PoolServiceGrpc.getReserveMethod(), request, Repeat.SAFE, null, "");
    }

    public CompletableFuture<ReserveResponse> unreserve(String poolId, String ip) {
        return call(
                PoolServiceGrpc.getUnreserveMethod(),
                UnreserveRequest.newBuilder().setPoolId(poolId).setIp(ip).build(),
                Repeat.SAFE,
                null,
                "");
    }

    public CompletableFuture<ListReservationsResponse> listReservations(String poolId) {
        return read(
                PoolServiceGrpc.getListReservationsMethod(),
                ListReservationsRequest.newBuilder().setPoolId(poolId).build());
    }

    public CompletableFuture<Pool> createPool(CreatePoolRequest request) {
        return call(PoolServiceGrpc.getCreatePoolMethod(), request, Repeat.SAFE, null, "");
    }

    public CompletableFuture<Pool> updatePool(UpdatePoolRequest request) {
        return call(PoolServiceGrpc.getUpdatePoolMethod(), request, Repeat.SAFE, null, "");
    }

    public CompletableFuture<Pool> getPool(String id) {
        return read(
                PoolServiceGrpc.getGetPoolMethod(),
                GetPoolRequest.newBuilder().setId(id).build());
    }

    public CompletableFuture<ListPoolsResponse> listPools(String space) {
        return read(
                PoolServiceGrpc.getListPoolsMethod(),
                ListPoolsRequest.newBuilder().setSpace(space).build());
    }

    public CompletableFuture<DeletePoolResponse> deletePool(String id) {
        return call(
                PoolServiceGrpc.getDeletePoolMethod(),
                DeletePoolRequest.newBuilder().setId(id).build(),
                Repeat.IF_NOT_DONE,
                null,
                "");
    }

    /** Any unary call of the API that may be repeated without a second effect. */
    public <Q, R> CompletableFuture<R> ask(MethodDescriptor<Q, R> method, Q request) {
        return call(method, request, Repeat.SAFE, null, "");
    }

    public CompletableFuture<StatusResponse> status() {
        return read(ClusterServiceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
    }

    public CompletableFuture<HashringResponse> hashring() {
        return read(ClusterServiceGrpc.getGetHashringMethod(), HashringRequest.getDefaultInstance());
    }

    /** One value of the store as readable keys. */
    public CompletableFuture<GetKeyResponse> getKey(GetKeyRequest request) {
        return read(KeyspaceServiceGrpc.getGetMethod(), request);
    }

    /** What lies directly below a path. */
    public CompletableFuture<ListKeysResponse> listKeys(ListKeysRequest request) {
        return read(KeyspaceServiceGrpc.getListMethod(), request);
    }

    /* --------------- the client itself --------------- */

    /** The same calls for threads that wait. */
    public BlockingNexus blocking() {
        return new BlockingNexus(this);
    }

    /** Reads what it has written, on whatever node. */
    public NexusSession session() {
        return new NexusSession(this);
    }

    /**
     * Follows changes from now on, at one node after the other, beginning with what there is.
     *
     * @param filter as in {@code watch.proto}; where to begin is not looked at
     * @return to be closed; ends with the client at the latest
     */
    public WatchFeed watch(WatchRequest filter, WatchListener listener) {
        WatchFeed feed = new WatchFeed(nodes, caller, filter, listener);
        feed.start();
        return feed;
    }

    /** The id that was given, or a new one where none was: to send a request more than once under. */
    public String requestId(String given) {
        return requestNames.orNew(given);
    }

    /** Runs a task that does not block on the client's timer; never, if the client is closed before. */
    public void later(Runnable task, Duration delay) {
        caller.later(task, delay.toNanos());
    }

    public ClientStats stats() {
        RingCache routes = ring;
        return new ClientStats(
                caller.counters().totals(), caller.underWay(), routes == null ? 0 : routes.answers(), nodes.stats());
    }

    /** Ends the connections; calls under way fail. Does not wait. Idempotent. */
    @Override
    public void close() {
        caller.close();
        names.close();
        nodes.close();
    }

    /* --------------- calls --------------- */

    private <Q, R> CompletableFuture<R> read(MethodDescriptor<Q, R> method, Q request) {
        return call(method, request, Repeat.READ, null, "");
    }

    private <Q, R> CompletableFuture<R> write(MethodDescriptor<Q, R> method, Q request, String poolId, String id) {
        RingCache routes = ring;
        return call(method, request, Repeat.SAFE, routes == null ? null : routes.to(poolId), id);
    }

    private <Q, R> CompletableFuture<R> call(
            MethodDescriptor<Q, R> method, Q request, Repeat repeat, @Nullable Route route, String requestId) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        caller.call(new CallSpec<>(method, request, repeat, route), timeout.toNanos(), new CallEnd<R>() {
            @Override
            public void answered(R value, NodeLink by) {
                if (value instanceof LookupResponse lookup) {
                    nodes.identify(by, lookup.getAnsweredBy());
                }
                BlockingNexus.onNetworkThread(() -> answer.complete(value));
            }

            @Override
            public void failed(Failure failure) {
                NexusClientException exception = new NexusClientException(failure, requestId);
                BlockingNexus.onNetworkThread(() -> answer.completeExceptionally(exception));
            }
        });
        return answer;
    }
}
