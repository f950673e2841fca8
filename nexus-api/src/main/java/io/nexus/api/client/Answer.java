package io.nexus.api.client;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The answer of a unary call: one value, or a failure. */
final class Answer<R> implements StreamObserver<R> {
    private final Consumer<R> onValue;
    private final Consumer<Throwable> onFailure;
    private @Nullable R value;

    Answer(Consumer<R> onValue, Consumer<Throwable> onFailure) {
        this.onValue = onValue;
        this.onFailure = onFailure;
    }

    @Override
    public void onNext(R next) {
        value = next;
    }

    @Override
    public void onError(Throwable failure) {
        onFailure.accept(failure);
    }

    @Override
    public void onCompleted() {
        R answered = value;
        if (answered == null) {
            onFailure.accept(new IllegalStateException("the node completed the call without an answer"));
        } else {
            onValue.accept(answered);
        }
    }
}
