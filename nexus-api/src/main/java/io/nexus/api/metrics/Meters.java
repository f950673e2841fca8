package io.nexus.api.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one node: dropwizard's registry with labels encoded in the name as {@code name{k="v",…}}. Names and
 * their help are in {@link MetricNames}; a name that is not there is refused. The number of label values for one name is
 * bounded: what comes after is counted under {@code _other}, and gauges are left out. Thread-safe.
 */
public final class Meters {
    /** Label values for one name; each timer has a histogram, so there are fewer of them. */
    static final int SERIES_MAX = 1_000;

    static final int TIMERS_MAX = 100;
    static final String OTHER = "_other";
    /** Labels whose values come from outside; the others have a handful of values each. */
    private static final Set<String> OPEN_LABELS = Set.of("pool", "peer", "owner");

    private final MetricRegistry registry = new MetricRegistry();
    private final @Nullable MetricNames names;
    private final Map<String, AtomicInteger> series = new ConcurrentHashMap<>();
    private final Map<String, Family> families = new ConcurrentHashMap<>();

    /** Takes any name: for the tests of a part. */
    public Meters() {
        this.names = null;
    }

    public Meters(MetricNames names) {
        this.names = names;
    }

    public MetricRegistry registry() {
        return registry;
    }

    /**
     * The counter of these labels, made at the first use.
     *
     * @param labels key, value, key, value, …
     */
    public Counter counter(String name, String... labels) {
        return registry.counter(bounded(name, SERIES_MAX, labels));
    }

    /** Durations; shown in seconds. */
    public Timer timer(String name, String... labels) {
        return registry.timer(bounded(name, TIMERS_MAX, labels), HdrTimer::new);
    }

    /** Replaces a gauge of the same name and labels. The gauge must not block. */
    public void gauge(String name, Gauge<? extends Number> gauge, String... labels) {
        String encoded = encoded(known(name), labels);
        if (registry.remove(encoded) || admitted(name, SERIES_MAX)) {
            registry.register(encoded, gauge);
        }
    }

    /**
     * Gauges or counters whose label values come and go: asked at each scrape. Replaces a family of the same name. The
     * family must not block for long.
     */
    public void family(String name, Family family) {
        families.put(known(name), family);
    }

    /** The samples of one name at one moment. */
    @FunctionalInterface
    public interface Family {
        void collect(Samples samples);
    }

    /** Takes samples of one family. */
    @FunctionalInterface
    public interface Samples {
        /**
         * One sample.
         *
         * @param labels key, value, key, value, …
         */
        void add(double value, String... labels);
    }

    Map<String, Family> families() {
        return families;
    }

    MetricNames.@Nullable Metric describe(String name) {
        return names == null ? null : names.find(name);
    }

    /** The encoded name, or the one under which the rest is counted. */
    private String bounded(String name, int max, String... labels) {
        String encoded = encoded(name, labels);
        if (registry.getMetrics().get(encoded) != null) {
            return encoded;
        }
        known(name);
        if (labels.length == 0 || admitted(name, max)) {
            return encoded;
        }
        return encoded(name, others(labels));
    }

    private boolean admitted(String name, int max) {
        boolean admitted =
                series.computeIfAbsent(name, n -> new AtomicInteger()).getAndUpdate(n -> Math.min(n + 1, max)) < max;
        if (!admitted && (names == null || names.find(MetricNames.METRICS_CAPPED) != null)) {
            registry.counter(MetricNames.METRICS_CAPPED).inc();
        }
        return admitted;
    }

    private static String[] others(String... labels) {
        boolean open = false;
        for (int i = 0; i < labels.length; i += 2) {
            open |= OPEN_LABELS.contains(labels[i]);
        }
        String[] others = labels.clone();
        for (int i = 0; i < labels.length; i += 2) {
            if (!open || OPEN_LABELS.contains(labels[i])) {
                others[i + 1] = OTHER;
            }
        }
        return others;
    }

    private String known(String name) {
        if (names != null && names.find(name) == null) {
            throw new IllegalArgumentException("metric " + name + " is not in MetricNames");
        }
        return name;
    }

    static String encoded(String name, String... labels) {
        if (labels.length == 0) {
            return name;
        }
        StringBuilder out = new StringBuilder(name).append('{');
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? "" : ",").append(labels[i]).append("=\"");
            escape(labels[i + 1], out);
            out.append('"');
        }
        return out.append('}').toString();
    }

    private static void escape(String value, StringBuilder out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }

    /** Sum of all durations; NaN where the metric does not keep one. */
    static double sumSeconds(Metric metric) {
        return metric instanceof HdrTimer timer ? timer.sumSeconds() : Double.NaN;
    }
}
