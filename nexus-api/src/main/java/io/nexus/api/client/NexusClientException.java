package io.nexus.api.client;

import io.grpc.Status;
import io.nexus.api.client.call.Failure;
import io.nexus.api.client.call.Failure.Kind;
import java.time.Duration;
import java.util.Optional;

/** A call that was not served: why, in the words of the node where it said so, and what is known of its effect. */
public final class NexusClientException extends RuntimeException {
    private final transient Failure failure;
    private final String requestId;

    NexusClientException(Failure failure, String requestId) {
        super(failure.message(), failure.cause());
        this.failure = failure;
        this.requestId = requestId;
    }

    /** The gRPC status of the last attempt. */
    public Status.Code code() {
        return failure.code();
    }

    /** What is known of the effect; of a lookup never UNKNOWN. */
    public Kind kind() {
        return failure.kind();
    }

    /** A reason of {@code docs/reference/errors.md}, or one of the client's own; empty if nobody could say one. */
    public String reason() {
        return failure.reason();
    }

    /** The request's field that is wrong; empty if none. */
    public String field() {
        return failure.field();
    }

    /** When the node says it is worth trying again. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(failure.retryAfter());
    }

    /** To repeat the request with; empty for calls that have none. */
    public String requestId() {
        return requestId;
    }
}
