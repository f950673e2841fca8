package io.nexus.api.client.call;

import java.util.function.DoubleSupplier;

/**
 * The pause after a round of attempts that asked every node: doubling from one to the next, and drawn at random between
 * half of it and all of it, so that clients which failed together do not return together. Immutable; any thread.
 *
 * @param random from 0 to below 1
 */
record Backoff(long firstNanos, long maxNanos, DoubleSupplier random) {
    private static final int DOUBLINGS_MAX = 20;

    /**
     * The pause before the next round.
     *
     * @param rounds that are over, from 1
     * @param hintNanos what the nodes asked for; never undercut
     */
    long pauseNanos(int rounds, long hintNanos) {
        long full = Math.min(maxNanos, firstNanos << Math.min(DOUBLINGS_MAX, rounds - 1));
        long jittered = full / 2 + (long) (full / 2.0 * random.getAsDouble());
        return hintNanos <= jittered ? jittered : hintNanos + (long) (hintNanos / 8.0 * random.getAsDouble());
    }
}
