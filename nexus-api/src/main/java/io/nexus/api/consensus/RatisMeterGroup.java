package io.nexus.api.consensus;

import io.nexus.api.consensus.RatisMetricNames.Match;
import io.nexus.api.consensus.RatisMetricNames.Row;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.jspecify.annotations.Nullable;

/** One component of one group's member. Thread-safe. */
final class RatisMeterGroup implements RatisMetricRegistry {
    private static final Timekeeper UNTIMED = () -> () -> 0L;
    private static final int SERIES_MAX = 64;

    private final MetricRegistryInfo info;
    private final String nodeId;
    private final @Nullable String segment;
    private final Map<String, LongCounter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timekeeper> timers = new ConcurrentHashMap<>();
    private final Map<String, List<Series>> series = new ConcurrentHashMap<>();

    /** @param peer null if the value is not about one */
    record Sample(
            String name, @Nullable String segment, @Nullable String peer, double value) {}

    private record Series(String name, @Nullable String peer, DoubleSupplier value) {}

    RatisMeterGroup(MetricRegistryInfo info) {
        this.info = info;
        // Ratis names the members <node>@group-<last twelve hex digits>, and the last four are the segment.
        String prefix = info.getPrefix();
        int at = prefix.indexOf("@group-");
        this.nodeId = at < 0 ? prefix : prefix.substring(0, at);
        this.segment = at < 0 ? null : segment(prefix.substring(at + "@group-".length()));
    }

    String nodeId() {
        return nodeId;
    }

    void collect(List<Sample> samples) {
        for (List<Series> all : series.values()) {
            for (Series one : all) {
                double value = one.value.getAsDouble();
                if (!Double.isNaN(value)) {
                    samples.add(new Sample(one.name, segment, one.peer, value));
                }
            }
        }
    }

    @Override
    public LongCounter counter(String name) {
        return counters.computeIfAbsent(name, this::newCounter);
    }

    @Override
    public Timekeeper timer(String name) {
        return timers.computeIfAbsent(name, this::newTimer);
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {
        Match match = shown(name);
        if (match != null) {
            Row row = match.row();
            Supplier<T> value = gauge.get();
            series.put(name, List.of(new Series(row.gauge(), match.peer(), () -> number(value, row.scale()))));
        }
    }

    @Override
    public boolean remove(String name) {
        counters.remove(name);
        timers.remove(name);
        return series.remove(name) != null;
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
        return info;
    }

    private LongCounter newCounter(String name) {
        Counted counted = new Counted();
        Match match = shown(name);
        if (match != null) {
            Row row = match.row();
            series.put(name, List.of(new Series(row.gauge(), match.peer(), () -> counted.getCount() * row.scale())));
        }
        return counted;
    }

    private Timekeeper newTimer(String name) {
        Match match = shown(name);
        if (match == null) {
            return UNTIMED;
        }
        Timed timed = new Timed();
        Row row = match.row();
        series.put(
                name,
                List.of(
                        new Series(row.time(), match.peer(), () -> timed.nanos.sum() * 1e-9),
                        new Series(row.times(), match.peer(), timed.count::sum)));
        return timed;
    }

    private @Nullable Match shown(String name) {
        if (segment == null || series.size() >= SERIES_MAX) {
            return null;
        }
        return RatisMetricNames.find(info.getMetricsComponentName(), name);
    }

    private static <T> double number(Supplier<T> gauge, double scale) {
        try {
            return gauge.get() instanceof Number number ? number.doubleValue() * scale : Double.NaN;
        } catch (RuntimeException closing) {
            return Double.NaN; // Ratis' gauges look into parts that may be closed already
        }
    }

    private static @Nullable String segment(String digits) {
        try {
            return Long.toString(Long.parseLong(digits, 16) & 0xffff);
        } catch (NumberFormatException notOurs) {
            return null;
        }
    }

    private static final class Counted implements LongCounter {
        private final LongAdder count = new LongAdder();

        @Override
        public void inc(long n) {
            count.add(n);
        }

        @Override
        public void dec(long n) {
            count.add(-n);
        }

        @Override
        public long getCount() {
            return count.sum();
        }
    }

    private static final class Timed implements Timekeeper {
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        @Override
        public Context time() {
            long start = System.nanoTime();
            return () -> {
                long taken = System.nanoTime() - start;
                count.increment();
                nanos.add(taken);
                return taken;
            };
        }
    }
}
