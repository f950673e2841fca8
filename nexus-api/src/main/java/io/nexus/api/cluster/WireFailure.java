package io.nexus.api.cluster;

import io.grpc.Status;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Failed calls in words for the operator. */
final class WireFailure {
    private WireFailure() {}

    static String text(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            return "timeout";
        }
        Status status = Status.fromThrowable(cause);
        String detail = status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE -> "not reachable";
            case DEADLINE_EXCEEDED -> "timeout";
            case UNKNOWN -> String.valueOf(cause.getMessage());
            default -> detail == null ? status.getCode().toString() : detail;
        };
    }
}
