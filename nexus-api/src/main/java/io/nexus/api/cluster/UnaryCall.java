package io.nexus.api.cluster;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes a future of a call with one answer. */
final class UnaryCall<T> implements StreamObserver<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable T answer;

    private UnaryCall() {}

    static <T> CompletableFuture<T> of(Consumer<StreamObserver<T>> start) {
        UnaryCall<T> call = new UnaryCall<>();
        start.accept(call);
        return call.future;
    }

    @Override
    public void onNext(T value) {
        answer = value;
    }

    @Override
    public void onError(Throwable failure) {
        future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        T value = answer;
        if (value == null) {
            future.completeExceptionally(new IllegalStateException("a call ended without an answer"));
        } else {
            future.complete(value);
        }
    }
}
