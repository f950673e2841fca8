package io.nexus.api.consensus;

import io.nexus.api.metrics.Meters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Shows Ratis' metrics among the node's, with segment and peer as labels. Thread-safe. */
final class RatisSamples {
    /** One scrape asks for some thirty names: they share a look. */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String nodeId;
    private final Meters meters;
    private Map<String, List<RatisMeterGroup.Sample>> byName = Map.of();
    private long takenNanos = System.nanoTime() - FRESH_NANOS;

    RatisSamples(String nodeId, Meters meters) {
        this.nodeId = nodeId;
        this.meters = meters;
    }

    void register() {
        RatisMetricNames.HELP
                .keySet()
                .forEach(name -> meters.family(
                        name, samples -> byName(name).forEach(sample -> samples.add(sample.value(), labels(sample)))));
    }

    private synchronized List<RatisMeterGroup.Sample> byName(String name) {
        long now = System.nanoTime();
        if (now - takenNanos >= FRESH_NANOS) {
            takenNanos = now;
            byName = RatisMeters.samples(nodeId).stream().collect(Collectors.groupingBy(RatisMeterGroup.Sample::name));
        }
        return byName.getOrDefault(name, List.of());
    }

    private static String[] labels(RatisMeterGroup.Sample sample) {
        List<String> labels = new ArrayList<>();
        if (sample.segment() != null) {
            labels.addAll(List.of("segment", sample.segment()));
        }
        if (sample.peer() != null) {
            labels.addAll(List.of("peer", sample.peer()));
        }
        return labels.toArray(String[]::new);
    }
}
