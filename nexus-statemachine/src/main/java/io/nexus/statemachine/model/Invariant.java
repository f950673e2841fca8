package io.nexus.statemachine.model;

import org.jspecify.annotations.Nullable;

/** Checks that stay on in production. A broken invariant stops the segment on this node; it never goes on. */
public final class Invariant {
    private Invariant() {}

    public static void check(boolean holds, String format, Object... args) {
        if (!holds) {
            throw broken(format, args);
        }
    }

    /** The value, which must be there. */
    public static <T> T present(@Nullable T value, String format, Object... args) {
        if (value == null) {
            throw broken(format, args);
        }
        return value;
    }

    private static InvariantBroken broken(String format, Object... args) {
        return new InvariantBroken(String.format(format, args));
    }

    /** Thrown where an invariant does not hold. Never caught to go on: only to stop and to report. */
    public static final class InvariantBroken extends IllegalStateException {
        InvariantBroken(String message) {
            super("invariant broken: " + message);
        }
    }
}
