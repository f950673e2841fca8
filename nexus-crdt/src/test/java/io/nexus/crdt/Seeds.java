package io.nexus.crdt;

import java.util.function.LongConsumer;

/** Runs a property for many seeds; a failure names its seed, and {@code -Dseed=…} runs that one alone. */
public final class Seeds {
    private Seeds() {}

    public static void forEach(int count, LongConsumer property) {
        Long only = Long.getLong("seed");
        long first = only == null ? 1 : only;
        long last = only == null ? count : only;
        for (long seed = first; seed <= last; seed++) {
            run(seed, property);
        }
    }

    private static void run(long seed, LongConsumer property) {
        try {
            property.accept(seed);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("failed with -Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
