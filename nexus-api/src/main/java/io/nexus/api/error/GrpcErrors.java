package io.nexus.api.error;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;

/**
 * A problem as a gRPC error: the status of {@link StatusTable}, a {@code google.rpc.ErrorInfo} with the reason, a
 * {@code BadRequest} where a field is wrong and a {@code RetryInfo} where it is worth trying again.
 */
public final class GrpcErrors {
    public static final String DOMAIN = "nexus";
    /** Key of {@code ErrorInfo.metadata} under which the wrong field is named. */
    public static final String FIELD = "field";

    private GrpcErrors() {}

    public static StatusRuntimeException of(Problem problem) {
        Status.Builder status = Status.newBuilder()
                .setCode(StatusTable.row(problem.reason()).grpc().value())
                .setMessage(problem.message())
                .addDetails(Any.pack(info(problem)));
        String field = problem.field();
        if (field != null) {
            status.addDetails(Any.pack(BadRequest.newBuilder()
                    .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                            .setField(field)
                            .setDescription(problem.message())
                            .setReason(problem.reason().name()))
                    .build()));
        }
        Duration retryAfter = problem.retryAfter();
        if (retryAfter != null) {
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                            .setSeconds(retryAfter.getSeconds())
                            .setNanos(retryAfter.getNano()))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    private static ErrorInfo info(Problem problem) {
        ErrorInfo.Builder info =
                ErrorInfo.newBuilder().setReason(problem.reason().name()).setDomain(DOMAIN);
        String field = problem.field();
        return (field == null ? info : info.putMetadata(FIELD, field)).build();
    }
}
