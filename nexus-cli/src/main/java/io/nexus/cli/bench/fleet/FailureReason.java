package io.nexus.cli.bench.fleet;

import io.nexus.api.client.call.Failure;

/** Why a call failed, in one word of a small set. */
public final class FailureReason {
    private FailureReason() {}

    /** The node's reason of {@code docs/reference/errors.md} where it said one, else the gRPC status. */
    public static String of(Throwable failure) {
        Failure told = Failure.of(failure, true);
        return told.reason().isEmpty() ? told.code().name() : told.reason();
    }
}
