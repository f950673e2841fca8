package io.nexus.cli.system;

import org.jspecify.annotations.Nullable;

/**
 * One call of the load with what came of it. A subscriber's calls never overlap: each subscriber belongs to one worker.
 *
 * @param address what was answered: with its length, null where none was
 * @param created of an allocate: whether it was new
 * @param tokenGiven of a lookup: it had to see the subscriber's last acknowledged write
 */
record Op(
        Kind kind,
        String pool,
        String subscriber,
        String node,
        long startNanos,
        long endNanos,
        Result result,
        @Nullable String address,
        boolean created,
        boolean tokenGiven,
        String detail) {
    enum Kind {
        ALLOCATE,
        RELEASE,
        LOOKUP
    }

    enum Result {
        /** Acknowledged; of a lookup: answered, with or without an address. */
        OK,
        /** The cluster said no: nothing was changed. */
        REFUSED,
        /** Not served: certainly nothing happened. */
        FAILED,
        /** It may or may not have happened. */
        UNKNOWN
    }

    @Override
    public String toString() {
        return String.format(
                "%s %s %s at %s [%d..%d ms] %s %s%s %s",
                kind,
                pool,
                subscriber,
                node,
                startNanos / 1_000_000,
                endNanos / 1_000_000,
                result,
                address,
                created ? " new" : "",
                detail);
    }
}
