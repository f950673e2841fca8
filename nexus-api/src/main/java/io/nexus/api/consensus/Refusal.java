package io.nexus.api.consensus;

import org.jspecify.annotations.Nullable;

/**
 * Why one attempt did not get its command decided.
 *
 * @param leaderHint node id of who may know better; null if unknown
 * @param retryAfterMillis estimated time until there is room; 0 where it has no meaning
 */
record Refusal(SubmitFailure failure, @Nullable String leaderHint, long retryAfterMillis) {
    static Refusal of(SubmitFailure failure) {
        return new Refusal(failure, null, 0);
    }

    static Refusal of(SubmitFailure failure, @Nullable String leaderHint) {
        return new Refusal(failure, leaderHint, 0);
    }

    static Refusal overloaded(long retryAfterMillis) {
        return new Refusal(SubmitFailure.OVERLOADED, null, retryAfterMillis);
    }

    /** True if the command may have been decided all the same. */
    boolean unknown() {
        return failure == SubmitFailure.UNKNOWN;
    }
}
