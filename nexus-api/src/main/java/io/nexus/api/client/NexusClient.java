package io.nexus.api.client;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
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
import io.nexus.api.v1.GetPoolRequest;
import io.nexus.api.v1.HashringRequest;
import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.HistoryServiceGrpc;
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
import io.nexus.api.v1.WhoHadRequest;
import io.nexus.api.v1.WhoHadResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Talks to a cluster through any of its nodes. Every call has one deadline that covers all attempts; an attempt that
 * cannot reach a node, or that a node could not serve, goes to the next one. Writes carry a request id, made here where
 * the caller gave none, so that a repeated attempt has no second effect.
 *
 * <p>Thread-safe. Futures complete on a network thread: do not block in their continuations. They fail with
 * {@link NexusClientException} only.
 */
public final class NexusClient implements AutoCloseable {
    /** Message size that the nodes may answer with: a long list of pools. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final List<ManagedChannel> channels;
    private final Duration timeout;
    private final AtomicInteger next = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "nexus-client-retry");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param servers gRPC addresses, {@code host:port}; calls are spread over them in turn
     * @param timeout of each call with all its attempts
     */
    public NexusClient(List<String> servers, Duration timeout) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server given");
        }
        this.timeout = timeout;
        this.channels = servers.stream()
                .map(server -> (ManagedChannel) ManagedChannelBuilder.forTarget("dns:///" + server)
                        .usePlaintext()
                        .directExecutor()
                        .maxInboundMessageSize(ANSWER_BYTES_MAX)
                        .build())
                .toList();
    }

    public CompletableFuture<AllocateResponse> allocate(AllocateRequest request) {
        AllocateRequest named = request.getRequestId().isEmpty()
                ? request.toBuilder().setRequestId(newRequestId()).build()
                : request;
        return call(AllocationServiceGrpc.getAllocateMethod(), named);
    }

    /** Like {@link #allocate}, of something that ends by itself unless it is confirmed. */
    public CompletableFuture<AllocateResponse> offer(AllocateRequest request) {
        AllocateRequest named = request.getRequestId().isEmpty()
                ? request.toBuilder().setRequestId(newRequestId()).build()
                : request;
        return call(AllocationServiceGrpc.getOfferMethod(), named);
    }

    public CompletableFuture<RenewResponse> confirm(ConfirmRequest request) {
        return call(AllocationServiceGrpc.getConfirmMethod(), request);
    }

    public CompletableFuture<ReleaseResponse> decline(ReleaseRequest request) {
        ReleaseRequest named = request.getRequestId().isEmpty()
                ? request.toBuilder().setRequestId(newRequestId()).build()
                : request;
        return call(AllocationServiceGrpc.getDeclineMethod(), named);
    }

    public CompletableFuture<ReleaseResponse> release(ReleaseRequest request) {
        ReleaseRequest named = request.getRequestId().isEmpty()
                ? request.toBuilder().setRequestId(newRequestId()).build()
                : request;
        return call(AllocationServiceGrpc.getReleaseMethod(), named);
    }

    public CompletableFuture<RenewResponse> renew(RenewRequest request) {
        return call(AllocationServiceGrpc.getRenewMethod(), request);
    }

    public CompletableFuture<LookupResponse> lookupBySubscriber(LookupRequest request) {
        return call(AllocationServiceGrpc.getLookupBySubscriberMethod(), request);
    }

    public CompletableFuture<LookupResponse> lookupByIp(LookupByIPRequest request) {
        return call(AllocationServiceGrpc.getLookupByIPMethod(), request);
    }

    public CompletableFuture<WhoHadResponse> whoHad(WhoHadRequest request) {
        return call(HistoryServiceGrpc.getWhoHadMethod(), request);
    }

    public CompletableFuture<ExplainResponse> explain(ExplainRequest request) {
        return call(HistoryServiceGrpc.getExplainMethod(), request);
    }

    public CompletableFuture<ReserveResponse> reserve(ReserveRequest request) {
        return call(PoolServiceGrpc.getReserveMethod(), request);
    }

    public CompletableFuture<ReserveResponse> unreserve(String poolId, String ip) {
        return call(
                PoolServiceGrpc.getUnreserveMethod(),
                UnreserveRequest.newBuilder().setPoolId(poolId).setIp(ip).build());
    }

    public CompletableFuture<ListReservationsResponse> listReservations(String poolId) {
        return call(
                PoolServiceGrpc.getListReservationsMethod(),
                ListReservationsRequest.newBuilder().setPoolId(poolId).build());
    }

    public CompletableFuture<Pool> createPool(CreatePoolRequest request) {
        return call(PoolServiceGrpc.getCreatePoolMethod(), request);
    }

    public CompletableFuture<Pool> updatePool(UpdatePoolRequest request) {
        return call(PoolServiceGrpc.getUpdatePoolMethod(), request);
    }

    public CompletableFuture<Pool> getPool(String id) {
        return call(
                PoolServiceGrpc.getGetPoolMethod(),
                GetPoolRequest.newBuilder().setId(id).build());
    }

    public CompletableFuture<ListPoolsResponse> listPools(String space) {
        return call(
                PoolServiceGrpc.getListPoolsMethod(),
                ListPoolsRequest.newBuilder().setSpace(space).build());
    }

    public CompletableFuture<DeletePoolResponse> deletePool(String id) {
        return call(
                PoolServiceGrpc.getDeletePoolMethod(),
                DeletePoolRequest.newBuilder().setId(id).build());
    }

    public CompletableFuture<StatusResponse> status() {
        return call(ClusterServiceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
    }

    public CompletableFuture<HashringResponse> hashring() {
        return call(ClusterServiceGrpc.getGetHashringMethod(), HashringRequest.getDefaultInstance());
    }

    /** Ends the connections; calls under way fail. Does not wait. */
    @Override
    public void close() {
        retries.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private <Q, R> CompletableFuture<R> call(MethodDescriptor<Q, R> method, Q request) {
        int first = Math.floorMod(next.getAndIncrement(), channels.size());
        Attempts<Q, R> attempts = new Attempts<>(method, request, first, System.nanoTime() + timeout.toNanos());
        attempts.run();
        return attempts.answer;
    }

    private String newRequestId() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** One call with its attempts: at each node in turn, with a growing pause after each round. */
    private final class Attempts<Q, R> implements Runnable {
        private static final long PAUSE_MILLIS = 50;
        private static final long PAUSE_MILLIS_MAX = 800;

        private final MethodDescriptor<Q, R> method;
        private final Q request;
        private final int first;
        private final long deadlineNanos;
        private final CompletableFuture<R> answer = new CompletableFuture<>();
        private int attempt;

        Attempts(MethodDescriptor<Q, R> method, Q request, int first, long deadlineNanos) {
            this.method = method;
            this.request = request;
            this.first = first;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public void run() {
            ManagedChannel channel = channels.get((first + attempt) % channels.size());
            long left = Math.max(1, deadlineNanos - System.nanoTime());
            var call = channel.newCall(method, CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.NANOSECONDS));
            ClientCalls.asyncUnaryCall(call, request, new Answer<R>(answer::complete, this::failed));
        }

        private void failed(Throwable cause) {
            NexusClientException failure = NexusClientException.of(cause);
            attempt++;
            long pause = attempt % channels.size() != 0
                    ? 0
                    : Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS << Math.min(8, attempt / channels.size() - 1));
            boolean timeLeft = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) < deadlineNanos;
            if (!failure.retryable() || !timeLeft || retries.isShutdown()) {
                answer.completeExceptionally(failure);
            } else {
                retries.schedule(this, pause, TimeUnit.MILLISECONDS);
            }
        }
    }
}
