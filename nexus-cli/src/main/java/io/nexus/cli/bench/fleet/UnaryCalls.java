package io.nexus.cli.bench.fleet;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One gRPC call for each request, over the node's connections in turn. Thread-safe. */
public final class UnaryCalls implements Calls {
    private final List<? extends Channel> connections;
    private final long timeoutNanos;
    private final AtomicInteger next = new AtomicInteger();

    /** @param connections not owned: whoever opened them closes them */
    public UnaryCalls(List<? extends Channel> connections, Duration timeout) {
        this.connections = List.copyOf(connections);
        this.timeoutNanos = timeout.toNanos();
    }

    @Override
    public void allocate(AllocateRequest request, Consumer<AllocateResponse> onAnswer, Consumer<Throwable> onFailure) {
        call(AllocationServiceGrpc.getAllocateMethod(), request, onAnswer, onFailure);
    }

    @Override
    public void release(ReleaseRequest request, Consumer<ReleaseResponse> onAnswer, Consumer<Throwable> onFailure) {
        call(AllocationServiceGrpc.getReleaseMethod(), request, onAnswer, onFailure);
    }

    @Override
    public void renew(RenewRequest request, Consumer<RenewResponse> onAnswer, Consumer<Throwable> onFailure) {
        call(AllocationServiceGrpc.getRenewMethod(), request, onAnswer, onFailure);
    }

    @Override
    public void lookup(LookupRequest request, Consumer<LookupResponse> onAnswer, Consumer<Throwable> onFailure) {
        call(AllocationServiceGrpc.getLookupBySubscriberMethod(), request, onAnswer, onFailure);
    }

    @Override
    public void lookupByIp(
            LookupByIPRequest request, Consumer<LookupResponse> onAnswer, Consumer<Throwable> onFailure) {
        call(AllocationServiceGrpc.getLookupByIPMethod(), request, onAnswer, onFailure);
    }

    /** Any unary method of any service. */
    public <Q, R> void call(
            MethodDescriptor<Q, R> method, Q request, Consumer<R> onAnswer, Consumer<Throwable> onFailure) {
        Channel connection = connections.get(Math.floorMod(next.getAndIncrement(), connections.size()));
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS);
        ClientCalls.asyncUnaryCall(connection.newCall(method, options), request, new OneAnswer<>(onAnswer, onFailure));
    }
}
