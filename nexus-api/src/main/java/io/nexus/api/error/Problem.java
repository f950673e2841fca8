package io.nexus.api.error;

import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not served, for people and programs.
 *
 * @param message a sentence that says what is wrong and what to do next
 * @param field the request's field that is wrong, as the API spells it; null if none
 * @param retryAfter when it is worth trying again; null if it is not
 */
public record Problem(
        Reason reason,
        String message,
        @Nullable String field,
        @Nullable Duration retryAfter) {
    public static Problem of(Reason reason, String format, Object... args) {
        return new Problem(reason, String.format(Locale.ROOT, format, args), null, null);
    }

    public static Problem field(String field, String format, Object... args) {
        return new Problem(Reason.INVALID_FIELD, field + ": " + String.format(Locale.ROOT, format, args), field, null);
    }

    public static Problem retry(Reason reason, Duration after, String format, Object... args) {
        return new Problem(reason, String.format(Locale.ROOT, format, args), null, after);
    }

    public ProblemException exception() {
        return new ProblemException(this);
    }
}
