package io.nexus.api.metrics;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metered;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@link Meters} in Prometheus' text format 0.0.4. Stateless; a scrape takes milliseconds. */
public final class PrometheusText {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Logger LOG = LoggerFactory.getLogger(PrometheusText.class);
    private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999};
    private static final double NANOS = 1e9;

    private PrometheusText() {}

    public static String write(Meters meters) {
        Map<String, Block> blocks = new TreeMap<>();
        meters.registry().getMetrics().forEach((encoded, metric) -> addMetric(blocks, encoded, metric));
        meters.families().forEach((name, family) -> addFamily(blocks, meters, name, family));
        StringBuilder out = new StringBuilder(16_384);
        blocks.forEach((name, block) -> block.write(name, meters.describe(name), out));
        return out.toString();
    }

    private static void addMetric(Map<String, Block> blocks, String encoded, Metric metric) {
        int brace = encoded.indexOf('{');
        String name = legal(brace < 0 ? encoded : encoded.substring(0, brace));
        String labels = brace < 0 ? "" : encoded.substring(brace + 1, encoded.length() - 1);
        Block block = blocks.computeIfAbsent(name, n -> new Block(type(metric)));
        try {
            if (metric instanceof Gauge<?> gauge) {
                if (gauge.getValue() instanceof Number value) {
                    block.sample(name, labels, value.doubleValue());
                }
            } else if (metric instanceof Sampling sampling) {
                summary(block, name, labels, sampling);
            } else if (metric instanceof Counting counting) {
                block.sample(name, labels, (double) counting.getCount());
            }
        } catch (RuntimeException e) {
            // One gauge that cannot be read must not hide the others.
            LOG.atDebug().addKeyValue("metric", encoded).setCause(e).log("metric could not be read");
        }
    }

    private static void summary(Block block, String name, String labels, Sampling sampling) {
        Snapshot snapshot = sampling.getSnapshot();
        boolean timer = sampling instanceof Timer;
        for (double quantile : QUANTILES) {
            String quantiled = labels + (labels.isEmpty() ? "" : ",") + "quantile=\"" + quantile + '"';
            double value = snapshot.size() == 0 ? Double.NaN : snapshot.getValue(quantile);
            block.sample(name, quantiled, timer ? value / NANOS : value);
        }
        double sum = Meters.sumSeconds((Metric) sampling);
        if (!Double.isNaN(sum)) {
            block.sample(name + "_sum", labels, sum);
        }
        if (sampling instanceof Counting counting) {
            block.sample(name + "_count", labels, (double) counting.getCount());
        }
    }

    private static void addFamily(Map<String, Block> blocks, Meters meters, String name, Meters.Family family) {
        MetricNames.Metric described = meters.describe(name);
        MetricNames.Type type =
                described == null || described.type() == null ? MetricNames.Type.GAUGE : described.type();
        Block block = blocks.computeIfAbsent(name, n -> new Block(type));
        try {
            family.collect((value, labels) -> {
                if (block.lines.size() < Meters.SERIES_MAX) {
                    String encoded = Meters.encoded("", labels);
                    block.sample(name, encoded.isEmpty() ? "" : encoded.substring(1, encoded.length() - 1), value);
                }
            });
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("metric", name).setCause(e).log("metric could not be read");
        }
    }

    private static MetricNames.Type type(Metric metric) {
        if (metric instanceof Sampling) {
            return MetricNames.Type.SUMMARY;
        }
        return metric instanceof Gauge<?> || !(metric instanceof Counting) || metric instanceof Metered
                ? MetricNames.Type.GAUGE
                : MetricNames.Type.COUNTER;
    }

    /** Registries of libraries use dots and dashes. */
    private static String legal(String name) {
        StringBuilder out = new StringBuilder(name);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
            if (!letter && !(i > 0 && c >= '0' && c <= '9')) {
                out.setCharAt(i, '_');
            }
        }
        return out.toString();
    }

    /** The lines of one name: the format wants them together. */
    private static final class Block {
        private final MetricNames.Type type;
        private final List<String> lines = new ArrayList<>();

        Block(MetricNames.Type type) {
            this.type = type;
        }

        void sample(String name, String labels, double value) {
            lines.add(name + (labels.isEmpty() ? "" : "{" + labels + "}") + " " + number(value) + "\n");
        }

        void write(String name, MetricNames.@Nullable Metric described, StringBuilder out) {
            if (lines.isEmpty()) {
                return;
            }
            if (described != null) {
                String help = described.help().replace("\\", "\\\\").replace("\n", "\\n");
                out.append("# HELP ").append(name).append(' ').append(help).append('\n');
            }
            out.append("# TYPE ").append(name).append(' ').append(type.text()).append('\n');
            lines.forEach(out::append);
        }

        private static String number(double value) {
            if (Double.isInfinite(value)) {
                return value > 0 ? "+Inf" : "-Inf";
            }
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }
    }
}
