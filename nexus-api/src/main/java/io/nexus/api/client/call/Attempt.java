package io.nexus.api.client.call;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.nexus.api.client.node.NodeLink;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. Notes whether it may have got there, and what that says about the node. */
final class Attempt<Q, R> implements StreamObserver<R> {
    /** Hears of the end, once, on a network thread. */
    interface End<Q, R> {
        void answered(Attempt<Q, R> attempt, R value);

        void failed(Attempt<Q, R> attempt, Failure failure);
    }

    final NodeLink link;
    private final End<Q, R> end;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean sent;
    private volatile @Nullable ClientCall<Q, R> call;
    private @Nullable R value;

    Attempt(NodeLink link, End<Q, R> end) {
        this.link = link;
        this.end = end;
    }

    void start(MethodDescriptor<Q, R> method, Q request, long nanos) {
        link.began();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(new SentTracer());
        ClientCall<Q, R> started = link.channel().newCall(method, options);
        call = started;
        ClientCalls.asyncUnaryCall(started, request, this);
    }

    /** Another attempt answered first: this one is of no interest any more. */
    void drop() {
        ClientCall<Q, R> started = call;
        if (over.compareAndSet(false, true)) {
            link.dropped();
            if (started != null) {
                started.cancel("another node answered first", null);
            }
        }
    }

    long tookNanos() {
        return System.nanoTime() - startNanos;
    }

    @Override
    public void onNext(R next) {
        value = next;
    }

    @Override
    public void onCompleted() {
        R answer = value;
        if (answer == null) {
            onError(Status.INTERNAL
                    .withDescription("the node completed the call without an answer")
                    .asRuntimeException());
        } else if (over.compareAndSet(false, true)) {
            link.answered(tookNanos());
            end.answered(this, answer);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Failure failure = Failure.of(thrown, sent);
        if (failure.byNode() || failure.kind() == Failure.Kind.REJECTED) {
            link.answered(tookNanos());
        } else {
            link.failed(System.nanoTime());
        }
        end.failed(this, failure);
    }

    /** Only a request that was put on a connection can have had an effect. */
    private final class SentTracer extends ClientStreamTracer.Factory {
        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transportAttributes, Metadata sentHeaders) {
                    sent = true;
                }
            };
        }
    }
}
