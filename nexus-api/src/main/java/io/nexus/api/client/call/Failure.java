package io.nexus.api.client.call;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt, or a whole call, was not served.
 *
 * @param reason of {@code docs/reference/errors.md}, or one of the client's own; empty if nobody said one
 * @param field the request's field that is wrong; empty if none
 * @param retryAfter when the node says it is worth trying again; null if it did not say
 * @param byNode the node itself said so; false: the network or the clock did
 */
public record Failure(
        Status.Code code,
        Kind kind,
        String reason,
        String field,
        String message,
        @Nullable Duration retryAfter,
        boolean byNode,
        Throwable cause) {
    /** The caller has too many calls under way already. */
    public static final String CLIENT_BUSY = "CLIENT_BUSY";

    /** The client was closed. */
    public static final String CLIENT_CLOSED = "CLIENT_CLOSED";

    /** What is known of the effect. */
    public enum Kind {
        /** The cluster says no. Nothing was changed, and asking again gives the same answer. */
        REJECTED,
        /** Nobody could serve it, and nothing was changed. */
        NOT_DONE,
        /** It may or may not have happened. */
        UNKNOWN
    }

    /**
     * What the end of an attempt means.
     *
     * @param sent the request may have reached the node
     */
    public static Failure of(Throwable cause, boolean sent) {
        Status status = Status.fromThrowable(cause);
        String reason = "";
        String field = "";
        Duration retryAfter = null;
        com.google.rpc.Status details = StatusProto.fromThrowable(cause);
        try {
            for (Any detail : details == null ? java.util.List.<Any>of() : details.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    reason = info.getReason();
                    field = info.getMetadataOrDefault("field", "");
                } else if (detail.is(RetryInfo.class)) {
                    var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                    retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            reason = ""; // details that cannot be read say nothing; the status itself does
        }
        boolean byNode = !reason.isEmpty();
        Kind kind = kind(status.getCode(), byNode, sent);
        return new Failure(status.getCode(), kind, reason, field, message(status), retryAfter, byNode, cause);
    }

    static Failure local(Status.Code code, String reason, String message) {
        return new Failure(
                code,
                Kind.NOT_DONE,
                reason,
                "",
                message,
                null,
                false,
                Status.fromCode(code).withDescription(message).asRuntimeException());
    }

    /** The same with another word on its effect. */
    Failure as(Kind other, String addition) {
        return new Failure(code, other, reason, field, message + addition, retryAfter, byNode, cause);
    }

    private static Kind kind(Status.Code code, boolean byNode, boolean sent) {
        return switch (code) {
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS -> Kind.REJECTED;
            // A node that says so has changed nothing; a connection that breaks may have carried the request.
            case UNAVAILABLE -> byNode || !sent ? Kind.NOT_DONE : Kind.UNKNOWN;
            case DEADLINE_EXCEEDED -> byNode || sent ? Kind.UNKNOWN : Kind.NOT_DONE;
            case CANCELLED, UNKNOWN, INTERNAL -> sent ? Kind.UNKNOWN : Kind.NOT_DONE;
        };
    }

    /** What the node said; where no node spoke, what the network said. */
    private static String message(Status status) {
        String description = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        Throwable network = status.getCause();
        return network == null || network.getMessage() == null
                ? description
                : "cannot reach a node: " + network.getMessage();
    }

    /** True where another attempt, at another node or later, may be served. */
    boolean isWorthRepeating() {
        return kind != Kind.REJECTED;
    }
}
