package io.nexus.cli;

import io.nexus.api.client.NexusClientException;
import io.nexus.api.client.call.Failure;

/** What the {@code nexus} command returns to the shell; documented in {@code docs/reference/cli.md}. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "something unexpected; the message says what"),
    USAGE(2, "the command line or the configuration is wrong"),
    NOT_FOUND(3, "no such pool, allocation, address or record"),
    REFUSED(4, "the cluster says no: exhausted, taken, in use, exists with another body; serve: a port is taken"),
    UNAVAILABLE(5, "no node could serve it now: unreachable, starting, no leader; try again"),
    UNKNOWN(6, "out of time: it may or may not have happened; repeating the command is safe"),
    STORAGE(7, "serve: the data directory, log or store failed; the node stopped itself");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }

    public static ExitCode of(NexusClientException failure) {
        if (failure.kind() == Failure.Kind.UNKNOWN) {
            return UNKNOWN;
        }
        return switch (failure.code()) {
            case OK -> OK;
            case INVALID_ARGUMENT -> USAGE;
            case NOT_FOUND -> NOT_FOUND;
            case ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    OUT_OF_RANGE,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED -> REFUSED;
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> UNAVAILABLE;
            case INTERNAL, UNKNOWN, UNIMPLEMENTED, DATA_LOSS -> FAILED;
        };
    }
}
