package io.nexus.cli.bench.load;

/** When the next call starts. */
public sealed interface Pace {
    /** Calls in flight at most. */
    int inFlight();

    /** The next call starts when one has ended: as fast as the other side answers, and never faster. */
    record Closed(int inFlight) implements Pace {
        public Closed {
            requirePositive(inFlight);
        }
    }

    /**
     * Calls start at given times, whether earlier ones were answered or not, as subscribers do. A call's latency counts
     * from when it should have started, so that a pause of the other side is seen by all who would have called during
     * it (Gil Tene's correction for coordinated omission).
     *
     * @param perSecond more than 0
     * @param inFlight calls beyond wait for their turn; their waiting counts as latency
     */
    record Open(double perSecond, int inFlight) implements Pace {
        public Open {
            requirePositive(inFlight);
            if (!(perSecond > 0)) {
                throw new IllegalArgumentException("a rate of " + perSecond + " per second");
            }
        }

        /** When call {@code number} should start, in nanoseconds after the beginning. Does not drift. */
        public long startNanos(long number) {
            return (long) (number * (1e9 / perSecond));
        }

        /** How many calls should have started by then, the one at 0 included. */
        public long dueBy(long nanos) {
            if (nanos < 0) {
                return 0;
            }
            long guess = (long) (nanos / (1e9 / perSecond));
            while (startNanos(guess) > nanos) {
                guess--;
            }
            while (startNanos(guess + 1) <= nanos) {
                guess++;
            }
            return guess + 1;
        }
    }

    private static void requirePositive(int inFlight) {
        if (inFlight < 1) {
            throw new IllegalArgumentException(inFlight + " calls in flight");
        }
    }
}
