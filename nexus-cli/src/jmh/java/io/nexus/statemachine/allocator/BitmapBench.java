package io.nexus.statemachine.allocator;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding the next free of four million units from anywhere, taking it and giving it back, by how full the pool is. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BitmapBench {
    private static final int UNITS = 1 << 22;

    @Param({"0", "0.5", "0.9", "0.999", "0.99999"})
    double fill;

    private final SplittableRandom random = new SplittableRandom(1);
    private UnitBitmap bitmap = new UnitBitmap(1);

    /** The free units lie anywhere. */
    @Setup
    public void fill() {
        bitmap = new UnitBitmap(UNITS);
        long free = Math.max(1, Math.round(UNITS * (1 - fill)));
        double share = (double) free / UNITS;
        for (long unit = 0; unit < UNITS; unit++) {
            if (random.nextDouble() >= share) {
                bitmap.set(unit);
            }
        }
    }

    @Benchmark
    public long takeAndGiveBack() {
        long unit = bitmap.nextFree(random.nextLong(UNITS));
        if (unit != UnitBitmap.NONE) {
            bitmap.set(unit);
            bitmap.clear(unit);
        }
        return unit;
    }
}
