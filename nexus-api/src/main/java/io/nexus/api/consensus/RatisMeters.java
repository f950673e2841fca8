package io.nexus.api.consensus;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis' metrics without its reservoirs, which cost a third of the time of a batch: counters and sums, read when
 * somebody asks. Found by Ratis through the service loader; one for the JVM. Thread-safe.
 */
public final class RatisMeters extends MetricRegistries {
    /** More series than sixty-four groups with five members have. */
    private static final int REGISTRIES_MAX = 1_024;

    private final Map<MetricRegistryInfo, RatisMeterGroup> groups = new ConcurrentHashMap<>();

    /** For the service loader. */
    public RatisMeters() {}

    /** All samples of a node's groups now; what cannot be read is left out. */
    static List<RatisMeterGroup.Sample> samples(String nodeId) {
        List<RatisMeterGroup.Sample> samples = new ArrayList<>();
        if (MetricRegistries.global() instanceof RatisMeters meters) {
            meters.groups.values().stream()
                    .filter(group -> group.nodeId().equals(nodeId))
                    .forEach(group -> group.collect(samples));
        }
        return samples;
    }

    @Override
    public void clear() {
        groups.clear();
    }

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        RatisMeterGroup known = groups.get(info);
        if (known != null) {
            return known;
        }
        RatisMeterGroup created = new RatisMeterGroup(info);
        if (groups.size() >= REGISTRIES_MAX) {
            return created; // counted, but not shown
        }
        RatisMeterGroup raced = groups.putIfAbsent(info, created);
        return raced == null ? created : raced;
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        return groups.remove(info) != null;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.ofNullable(groups.get(info));
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.copyOf(groups.keySet());
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return List.copyOf(groups.values());
    }

    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> reporterRegistration, Consumer<RatisMetricRegistry> stopReporter) {
        // Nothing reports: samples are read on demand.
    }

    @Override
    public void enableJmxReporter() {
        // as above
    }

    @Override
    public void enableConsoleReporter(TimeDuration consoleReportRate) {
        // as above
    }
}
