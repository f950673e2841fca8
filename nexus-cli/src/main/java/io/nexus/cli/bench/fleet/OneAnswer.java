package io.nexus.cli.bench.fleet;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of a unary call: its one answer, or why there is none. */
public final class OneAnswer<R> implements StreamObserver<R> {
    private final Consumer<R> onAnswer;
    private final Consumer<Throwable> onFailure;
    private @Nullable R answer;

    public OneAnswer(Consumer<R> onAnswer, Consumer<Throwable> onFailure) {
        this.onAnswer = onAnswer;
        this.onFailure = onFailure;
    }

    @Override
    public void onNext(R next) {
        answer = next;
    }

    @Override
    public void onError(Throwable failure) {
        onFailure.accept(failure);
    }

    @Override
    public void onCompleted() {
        R given = answer;
        if (given == null) {
            onFailure.accept(new IllegalStateException("completed without an answer"));
        } else {
            onAnswer.accept(given);
        }
    }
}
