package io.nexus.statemachine.model;

/** Checks that stay on in production. A broken invariant stops the segment on this node; it never goes on. */
public final class Invariant {
    private Invariant() {}

    public static void check(boolean holds, String format, Object... args) {
        if (!holds) {
            throw new InvariantBroken(String.format(format, args));
        }
    }

    /** Thrown where an invariant does not hold. Never caught to go on: only to stop and to report. */
    public static final class InvariantBroken extends IllegalStateException {
        InvariantBroken(String message) {
            super("invariant broken: " + message);
        }
    }
}
