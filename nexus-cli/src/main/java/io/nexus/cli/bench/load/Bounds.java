package io.nexus.cli.bench.load;

import java.time.Duration;

/**
 * Where a run ends, whichever comes first.
 *
 * @param time after which no call is started
 * @param count calls at most
 * @param drain how long the calls in flight are waited for then
 */
public record Bounds(Duration time, long count, Duration drain) {
    private static final Duration TIME_MAX = Duration.ofHours(24);

    public Bounds {
        if (time.isNegative() || time.isZero() || time.compareTo(TIME_MAX) > 0 || count < 1) {
            throw new IllegalArgumentException("bounds of " + time + " and " + count + " calls");
        }
    }
}
