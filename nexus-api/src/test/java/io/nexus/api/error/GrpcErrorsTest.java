package io.nexus.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class GrpcErrorsTest {
    @Test
    void fieldProblem_carriesReasonAndField() throws Exception {
        StatusRuntimeException error = GrpcErrors.of(Problem.field("pool_id", "is empty"));
        assertThat(error.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
        assertThat(error.getStatus().getDescription()).isEqualTo("pool_id: is empty");
        Status status = StatusProto.fromThrowable(error);
        ErrorInfo info = detail(status, ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo("INVALID_FIELD");
        assertThat(info.getDomain()).isEqualTo("nexus");
        assertThat(info.getMetadataMap()).containsEntry("field", "pool_id");
        BadRequest bad = detail(status, BadRequest.class);
        assertThat(bad.getFieldViolations(0).getField()).isEqualTo("pool_id");
        assertThat(detail(status, RetryInfo.class)).isNull();
    }

    @Test
    void failure_saysWhenToTryAgain() throws Exception {
        Problem problem = Problem.retry(Reason.OVERLOADED, Duration.ofMillis(1_500), "too much");
        Status status = StatusProto.fromThrowable(GrpcErrors.of(problem));
        RetryInfo retry = detail(status, RetryInfo.class);
        assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
        assertThat(retry.getRetryDelay().getNanos()).isEqualTo(500_000_000);
    }

    @Test
    void failureWithoutHint_getsOne() {
        Problem problem = Problems.of(new CompletionException(
                Problem.of(Reason.NO_LEADER, "segment 3 has no leader").exception()));
        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(problem.retryAfter()).isNotNull();
    }

    @Test
    void unexpectedException_tellsNothingOfTheInside() {
        Problem problem = Problems.of(new IllegalStateException("secret of /var/lib"));
        assertThat(problem.reason()).isEqualTo(Reason.INVARIANT_BROKEN);
        assertThat(problem.message()).doesNotContain("secret").doesNotContain("IllegalState");
    }

    private static <T extends com.google.protobuf.Message> T detail(Status status, Class<T> type)
            throws InvalidProtocolBufferException {
        for (Any any : status.getDetailsList()) {
            if (any.is(type)) {
                return any.unpack(type);
            }
        }
        return null;
    }
}
