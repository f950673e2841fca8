package io.nexus.api.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;

/**
 * The metrics of one node: dropwizard's registry with labels encoded in the name as {@code name{k="v",…}}. Names and
 * their help are in {@code MetricNames}; a name that is not there is refused. Thread-safe.
 */
public final class Meters {
    private final MetricRegistry registry = new MetricRegistry();

    public MetricRegistry registry() {
        return registry;
    }

    /** @param labels key, value, key, value, … */
    public Counter counter(String name, String... labels) {
        return registry.counter(encoded(name, labels));
    }

    /** Durations; shown in seconds. */
    public Timer timer(String name, String... labels) {
        return registry.timer(encoded(name, labels));
    }

    /** Replaces a gauge of the same name and labels. The gauge must not block. */
    public void gauge(String name, Gauge<? extends Number> gauge, String... labels) {
        String encoded = encoded(name, labels);
        registry.remove(encoded);
        registry.register(encoded, gauge);
    }

    private static String encoded(String name, String... labels) {
        if (labels.length == 0) {
            return name;
        }
        StringBuilder out = new StringBuilder(name).append('{');
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? "" : ",")
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        return out.append('}').toString();
    }
}
