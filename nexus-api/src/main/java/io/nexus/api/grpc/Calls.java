package io.nexus.api.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.error.GrpcErrors;
import io.nexus.api.error.ProblemException;
import io.nexus.api.error.Problems;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers a unary call with what a future brings, on the thread that completes it. */
final class Calls {
    private Calls() {}

    /** @param call may throw a {@link ProblemException} for input that cannot even be passed on */
    static <T, R> void answer(
            StreamObserver<R> observer, Supplier<CompletableFuture<T>> call, Function<? super T, R> response) {
        if (observer instanceof ServerCallStreamObserver<R> server) {
            // An answer for a caller who hung up is dropped, not thrown.
            server.setOnCancelHandler(() -> {});
        }
        CompletableFuture<T> future;
        try {
            future = call.get();
        } catch (ProblemException e) {
            future = CompletableFuture.failedFuture(e);
        }
        // The answer is all that this is for: nobody waits for the end of the chain.
        CompletableFuture<Void> unused = future.thenApply(response).handle((message, thrown) -> {
            if (thrown != null) {
                observer.onError(GrpcErrors.of(Problems.of(thrown)));
            } else {
                observer.onNext(message);
                observer.onCompleted();
            }
            return null;
        });
    }
}
