package io.nexus.api.client;

import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.nexus.api.error.GrpcErrors;
import io.nexus.api.error.Problem;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.DeletePoolRequest;
import io.nexus.api.v1.DeletePoolResponse;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.PoolServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on a real socket that answers as it is told: with an error, with nothing, or well. */
final class ScriptedNode implements AutoCloseable {
    /** What to do with the next call. */
    interface Act {
        void on(StreamObserver<?> observer);
    }

    /** Never answers. */
    static final Act SILENCE = observer -> {};

    final List<AllocateRequest> allocates = new CopyOnWriteArrayList<>();
    final List<LookupRequest> lookups = new CopyOnWriteArrayList<>();
    final List<DeletePoolRequest> deletes = new CopyOnWriteArrayList<>();
    private final Queue<Act> script = new ConcurrentLinkedQueue<>();
    private volatile Act always;
    private final String name;
    private final Server server;

    ScriptedNode(String name) {
        this(name, 0);
    }

    ScriptedNode(String name, int port) {
        this.name = name;
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .directExecutor()
                    .addService(new Allocations())
                    .addService(new Pools())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Act fails(Problem problem) {
        return fails(GrpcErrors.of(problem));
    }

    static Act fails(StatusRuntimeException failure) {
        return observer -> observer.onError(failure);
    }

    /** For the next call that has none yet. */
    ScriptedNode then(Act act) {
        script.add(act);
        return this;
    }

    /** For every call without another. */
    ScriptedNode always(Act act) {
        always = act;
        return this;
    }

    int port() {
        return server.getPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private boolean scripted(StreamObserver<?> observer) {
        Act act = script.poll();
        Act next = act == null ? always : act;
        if (next != null) {
            next.on(observer);
        }
        return next != null;
    }

    private static <R> void answer(StreamObserver<R> observer, R value) {
        observer.onNext(value);
        observer.onCompleted();
    }

    private final class Allocations extends AllocationServiceGrpc.AllocationServiceImplBase {
        @Override
        public void allocate(AllocateRequest request, StreamObserver<AllocateResponse> observer) {
            allocates.add(request);
            if (!scripted(observer)) {
                answer(
                        observer,
                        AllocateResponse.newBuilder()
                                .setIp(name)
                                .setToken("token-of-" + request.getSubscriberId() + "-" + request.getPoolId())
                                .setAllocation(Allocation.newBuilder().setIp(name))
                                .build());
            }
        }

        @Override
        public void lookupBySubscriber(LookupRequest request, StreamObserver<LookupResponse> observer) {
            lookups.add(request);
            if (!scripted(observer)) {
                answer(
                        observer,
                        LookupResponse.newBuilder()
                                .setAnsweredBy(name)
                                .setFound(true)
                                .build());
            }
        }
    }

    private final class Pools extends PoolServiceGrpc.PoolServiceImplBase {
        @Override
        public void deletePool(DeletePoolRequest request, StreamObserver<DeletePoolResponse> observer) {
            deletes.add(request);
            if (!scripted(observer)) {
                answer(observer, DeletePoolResponse.getDefaultInstance());
            }
        }
    }
}
