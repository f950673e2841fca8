package io.nexus.api.metrics;

import com.codahale.metrics.Timer;

/** A timer that keeps a histogram of the last minutes instead of a decaying sample, and the sum of all durations. */
final class HdrTimer extends Timer {
    private final HdrReservoir reservoir;

    HdrTimer() {
        this(new HdrReservoir(System::nanoTime));
    }

    private HdrTimer(HdrReservoir reservoir) {
        super(reservoir);
        this.reservoir = reservoir;
    }

    double sumSeconds() {
        return reservoir.sum() / 1e9;
    }
}
