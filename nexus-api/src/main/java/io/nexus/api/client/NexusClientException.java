package io.nexus.api.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.Optional;

/** A call that was not served: why, in the words of the node where it said so. */
public final class NexusClientException extends RuntimeException {
    private final Status.Code code;
    private final String reason;
    private final String field;

    private NexusClientException(Status.Code code, String reason, String field, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.reason = reason;
        this.field = field;
    }

    /** What a failed gRPC call of this API says. */
    public static NexusClientException of(Throwable cause) {
        Status status = Status.fromThrowable(cause);
        Optional<ErrorInfo> info = errorInfo(cause);
        String reason = info.map(ErrorInfo::getReason).orElse("");
        Map<String, String> metadata = info.map(ErrorInfo::getMetadataMap).orElse(Map.of());
        return new NexusClientException(
                status.getCode(), reason, metadata.getOrDefault("field", ""), message(status), cause);
    }

    /** What the node said; where no node spoke, what the network said. */
    private static String message(Status status) {
        String description = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        Throwable network = status.getCause();
        return network == null || network.getMessage() == null
                ? description
                : "cannot reach a node: " + network.getMessage();
    }

    private static Optional<ErrorInfo> errorInfo(Throwable cause) {
        com.google.rpc.Status details = StatusProto.fromThrowable(cause);
        if (details == null) {
            return Optional.empty();
        }
        try {
            for (Any detail : details.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return Optional.of(detail.unpack(ErrorInfo.class));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** The gRPC status. */
    public Status.Code code() {
        return code;
    }

    /** A reason of {@code docs/reference/errors.md}; empty if the node could not say one. */
    public String reason() {
        return reason;
    }

    /** The request's field that is wrong; empty if none. */
    public String field() {
        return field;
    }

    /** True where another attempt, at another node or later, may be served. */
    boolean retryable() {
        return code == Status.Code.UNAVAILABLE;
    }
}
