package io.nexus.cli.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Counts and times calls. {@link #done} and {@link #failed} on any thread, the rest on one. */
final class Recording {
    static final long MICROS_MAX = TimeUnit.MINUTES.toMicros(2);
    private static final int DIGITS = 3;
    private static final double SHORTEST_SECONDS = 0.2;

    private final List<Kind> kinds = new ArrayList<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final LongAdder failed = new LongAdder();
    private final List<LoadResult.Tick> ticks = new ArrayList<>();
    private long doneBefore;
    private long failedBefore;
    private double secondsBefore;

    private static final class Kind {
        final String name;
        final Recorder recorder = new Recorder(MICROS_MAX, DIGITS);
        final Histogram total = new Histogram(MICROS_MAX, DIGITS);
        final LongAdder failed = new LongAdder();

        Kind(String name) {
            this.name = name;
        }
    }

    Recording(List<String> names) {
        names.forEach(name -> kinds.add(new Kind(name)));
    }

    void done(int kind, long nanos) {
        kinds.get(kind).recorder.recordValue(Math.min(MICROS_MAX, Math.max(0, nanos / 1_000)));
    }

    void failed(int kind, String reason) {
        kinds.get(kind).failed.increment();
        failed.increment();
        failures.computeIfAbsent(reason, key -> new LongAdder()).increment();
    }

    /** Ends an interval of the timeline. */
    LoadResult.Tick tick(double seconds) {
        Histogram interval = new Histogram(MICROS_MAX, DIGITS);
        for (Kind kind : kinds) {
            Histogram part = kind.recorder.getIntervalHistogram();
            kind.total.add(part);
            interval.add(part);
        }
        long done = doneBefore + interval.getTotalCount();
        long failures = failed.sum();
        double length = seconds - secondsBefore;
        LoadResult.Tick tick = new LoadResult.Tick(
                seconds,
                interval.getTotalCount() / Math.max(1e-3, length),
                failures - failedBefore,
                interval.getValueAtPercentile(50) / 1e3,
                interval.getValueAtPercentile(99) / 1e3);
        doneBefore = done;
        failedBefore = failures;
        secondsBefore = seconds;
        if (length >= SHORTEST_SECONDS || ticks.isEmpty()) { // what is shorter has no rate worth showing
            ticks.add(tick);
        }
        return tick;
    }

    long done() {
        return doneBefore;
    }

    long failed() {
        return failed.sum();
    }

    LoadResult result(Pace pace, double seconds, long notStarted) {
        List<LoadResult.Kind> parts = new ArrayList<>();
        for (Kind kind : kinds) {
            parts.add(new LoadResult.Kind(kind.name, kind.total, kind.failed.sum()));
        }
        Map<String, Long> reasons = new TreeMap<>();
        failures.forEach((reason, count) -> reasons.put(reason, count.sum()));
        return new LoadResult(pace, seconds, parts, reasons, notStarted, List.copyOf(ticks));
    }
}
