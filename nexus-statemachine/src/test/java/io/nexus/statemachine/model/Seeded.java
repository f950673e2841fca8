package io.nexus.statemachine.model;

import java.util.SplittableRandom;

/** Runs a property on random input; a failure names the seed, and {@code -Dseed=} runs that one alone. */
public final class Seeded {
    private Seeded() {}

    public static void forAll(int rounds, Property property) {
        Long fixed = Long.getLong("seed");
        long first = fixed != null ? fixed : System.nanoTime();
        for (long seed = first; seed < first + (fixed != null ? 1 : rounds); seed++) {
            try {
                property.holds(new SplittableRandom(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @FunctionalInterface
    public interface Property {
        void holds(SplittableRandom random);
    }
}
