package io.nexus.api.metrics;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations in nanoseconds, kept in steps of a microsecond with two significant digits. A snapshot covers the last one
 * to two windows of a minute (longer if nobody asked in between). Costs nothing until the first update, then some
 * 20 KB; dropwizard's decaying sample costs 100 KB. Updates are wait-free, snapshots lock.
 */
final class HdrReservoir implements Reservoir {
    private static final int DIGITS = 2;
    private static final long UNIT_NANOS = 1_000;
    private static final long WINDOW_NANOS = 60_000_000_000L;

    private final LongSupplier nanoClock;
    private final LongAdder sum = new LongAdder();
    private volatile @Nullable Recorder recorder;
    private @Nullable Histogram spare;
    private @Nullable Histogram current;
    private @Nullable Histogram previous;
    private long currentSince;

    HdrReservoir(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public void update(long nanos) {
        long value = Math.max(0, nanos);
        sum.add(value);
        recorder().recordValue(value / UNIT_NANOS);
    }

    long sum() {
        return sum.sum();
    }

    @Override
    public int size() {
        return getSnapshot().size();
    }

    @Override
    public synchronized Snapshot getSnapshot() {
        Recorder source = recorder;
        if (source == null) {
            return new HdrSnapshot(new Histogram(DIGITS));
        }
        Histogram flip = source.getIntervalHistogram(spare);
        spare = flip;
        Histogram now = current;
        if (now == null) {
            now = new Histogram(DIGITS);
            current = now;
            currentSince = nanoClock.getAsLong();
        }
        now.add(flip);
        Histogram shown = now.copy();
        Histogram before = previous;
        if (before != null) {
            shown.add(before);
        }
        if (nanoClock.getAsLong() - currentSince >= WINDOW_NANOS) {
            previous = now;
            current = null;
        }
        return new HdrSnapshot(shown);
    }

    private Recorder recorder() {
        Recorder existing = recorder;
        return existing != null ? existing : createRecorder();
    }

    private synchronized Recorder createRecorder() {
        Recorder existing = recorder;
        if (existing == null) {
            existing = new Recorder(DIGITS);
            recorder = existing;
        }
        return existing;
    }

    private static final class HdrSnapshot extends Snapshot {
        private final Histogram histogram;

        HdrSnapshot(Histogram histogram) {
            this.histogram = histogram;
        }

        @Override
        public double getValue(double quantile) {
            return histogram.getTotalCount() == 0
                    ? Double.NaN
                    : (double) histogram.getValueAtPercentile(quantile * 100) * UNIT_NANOS;
        }

        /** Every recorded value, in steps of the histogram. */
        @Override
        public long[] getValues() {
            long[] values = new long[(int) Math.min(Integer.MAX_VALUE, histogram.getTotalCount())];
            int i = 0;
            for (var step : histogram.recordedValues()) {
                for (long n = step.getCountAddedInThisIterationStep(); n > 0 && i < values.length; n--) {
                    values[i++] = step.getValueIteratedTo() * UNIT_NANOS;
                }
            }
            return values;
        }

        @Override
        public int size() {
            return (int) Math.min(Integer.MAX_VALUE, histogram.getTotalCount());
        }

        @Override
        public long getMax() {
            return histogram.getMaxValue() * UNIT_NANOS;
        }

        @Override
        public double getMean() {
            return histogram.getMean() * UNIT_NANOS;
        }

        @Override
        public long getMin() {
            return histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue() * UNIT_NANOS;
        }

        @Override
        public double getStdDev() {
            return histogram.getStdDeviation() * UNIT_NANOS;
        }

        @Override
        public void dump(OutputStream output) {
            try (PrintWriter out = new PrintWriter(output, false, StandardCharsets.UTF_8)) {
                for (long value : getValues()) {
                    out.println(value);
                }
            }
        }
    }
}
