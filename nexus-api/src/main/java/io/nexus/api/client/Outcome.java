package io.nexus.api.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a call ended, as a value: what to do next depends on which of these it is, and on nothing else. */
public sealed interface Outcome<R> {

    /** Served. */
    record Success<R>(R value) implements Outcome<R> {}

    /**
     * The cluster says no: nothing was changed, and the same request gets the same answer. Never repeated.
     *
     * @param reason of {@code docs/reference/errors.md}; empty if the transport refused it
     * @param field the request's field that is wrong; empty if none
     */
    record Rejected<R>(String reason, String field, String message) implements Outcome<R> {}

    /**
     * Nobody could serve it in time, and nothing was changed.
     *
     * @param retryAfter when a node said it is worth trying again
     */
    record NotDone<R>(String reason, String message, Optional<Duration> retryAfter) implements Outcome<R> {}

    /**
     * It may or may not have happened. Sending it again with the same request id has no second effect, and its answer
     * says what happened.
     *
     * @param requestId to repeat it with; empty for calls that have none
     */
    record Unknown<R>(String reason, String message, String requestId) implements Outcome<R> {}

    /** The future's end as a value; fails only with what is not {@link NexusClientException}. */
    static <R> CompletableFuture<Outcome<R>> of(CompletableFuture<R> call) {
        return call.handle(Outcome::of);
    }

    private static <R> Outcome<R> of(@Nullable R value, @Nullable Throwable thrown) {
        if (thrown == null) {
            return new Success<>(java.util.Objects.requireNonNull(value));
        }
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(cause instanceof NexusClientException failure)) {
            throw new CompletionException(cause);
        }
        return switch (failure.kind()) {
            case REJECTED -> new Rejected<>(failure.reason(), failure.field(), message(failure));
            case NOT_DONE -> new NotDone<>(failure.reason(), message(failure), failure.retryAfter());
            case UNKNOWN -> new Unknown<>(failure.reason(), message(failure), failure.requestId());
        };
    }

    private static String message(NexusClientException failure) {
        return String.valueOf(failure.getMessage());
    }

    /** One of the four, handled. */
    default <T> T fold(
            Function<R, T> success,
            Function<Rejected<R>, T> rejected,
            Function<NotDone<R>, T> notDone,
            Function<Unknown<R>, T> unknown) {
        if (this instanceof Success<R> s) {
            return success.apply(s.value());
        } else if (this instanceof Rejected<R> r) {
            return rejected.apply(r);
        } else if (this instanceof NotDone<R> n) {
            return notDone.apply(n);
        }
        return unknown.apply((Unknown<R>) this);
    }

    /** The answer of a call that was served; throws IllegalStateException that says how it ended otherwise. */
    default R value() {
        if (this instanceof Success<R> success) {
            return success.value();
        }
        throw new IllegalStateException("not served: " + this);
    }
}
