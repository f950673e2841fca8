package io.nexus.statemachine.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A value made from text, or a sentence that says what is wrong with the text. Exactly one of the two is there.
 *
 * @param problem for the caller of the API, without the name of the field
 */
public record Parsed<T>(@Nullable T value, @Nullable String problem) {
    public Parsed {
        if ((value == null) == (problem == null)) {
            throw new IllegalArgumentException("either a value or a problem");
        }
    }

    public static <T> Parsed<T> ok(T value) {
        return new Parsed<>(value, null);
    }

    public static <T> Parsed<T> bad(String format, Object... args) {
        return new Parsed<>(null, String.format(Locale.ROOT, format, args));
    }

    /** The same problem with another type; only where there is one. */
    <U> Parsed<U> recast() {
        return new Parsed<>(null, problem);
    }

    public boolean isOk() {
        return problem == null;
    }

    /** The value; throws IllegalArgumentException with the problem if there is none. */
    public T get() {
        if (value == null) {
            throw new IllegalArgumentException(problem);
        }
        return value;
    }
}
