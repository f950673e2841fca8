package io.nexus.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.nexus.api.docs.DocFile;
import io.nexus.statemachine.model.Reason;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StatusTableTest {
    @Test
    void errorsReference_isTheTable() {
        String rows = Arrays.stream(Reason.values())
                .map(StatusTable::row)
                .map(row -> "| `%s` | `%s` | %d | %s | %s |\n"
                        .formatted(row.reason(), row.grpc(), row.http(), row.retryable() ? "yes" : "no", row.advice()))
                .collect(Collectors.joining());
        DocFile.holdsPart(
                "docs/reference/errors.md",
                "\n| reason | gRPC status | HTTP status | passes by itself | what to do |\n|---|---|---|---|---|\n"
                        + rows + "\n");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void row_isConsistentBetweenTheProtocols(Reason reason) {
        StatusTable.Row row = StatusTable.row(reason);
        assertThat(row.reason()).isEqualTo(reason);
        assertThat(row.http()).isBetween(400, 599);
        // A radius server that sees a 5xx tries every other node: only what another node may answer is one.
        assertThat(row.retryable()).isEqualTo(row.http() == 503 || row.http() == 504);
        assertThat(row.retryable())
                .isEqualTo(row.grpc() == Status.Code.UNAVAILABLE || row.grpc() == Status.Code.DEADLINE_EXCEEDED);
        assertThat(row.advice()).isNotBlank();
    }

    @Test
    void poolExhausted_isNoServerError() {
        assertThat(StatusTable.row(Reason.POOL_EXHAUSTED).grpc()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(StatusTable.row(Reason.POOL_EXHAUSTED).http()).isEqualTo(409);
    }
}
