package io.nexus.cli.bench.fleet;

import com.sun.management.OperatingSystemMXBean;
import io.nexus.api.metrics.MetricNames;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** CPU seconds that the nodes and this process have used so far. Blocks for some milliseconds. */
public final class CpuClock {
    /** Under which this process is listed. */
    public static final String CLIENT = "client";

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final List<FleetNode> nodes;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    public CpuClock(List<FleetNode> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** By the node's name, this process last; nodes that do not answer are left out. */
    public Map<String, Double> read() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (FleetNode node : nodes) {
            scrape(node).ifPresent(value -> seconds.put(node.name(), value));
        }
        seconds.put(CLIENT, ownSeconds());
        return seconds;
    }

    /** What was used between two readings, by those who are in both. */
    public static Map<String, Double> between(Map<String, Double> before, Map<String, Double> after) {
        Map<String, Double> used = new LinkedHashMap<>();
        after.forEach((name, seconds) -> {
            Double earlier = before.get(name);
            if (earlier != null && seconds >= earlier) { // less: the node was restarted
                used.put(name, seconds - earlier);
            }
        });
        return used;
    }

    private static double ownSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : 0;
    }

    private OptionalDouble scrape(FleetNode node) {
        if (node.http().isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + node.http() + "/metrics"))
                    .timeout(TIMEOUT)
                    .build();
            return parse(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }

    static OptionalDouble parse(String metrics) {
        String wanted = MetricNames.PROCESS_CPU + " ";
        return metrics.lines()
                .filter(line -> line.startsWith(wanted))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(wanted.length()).strip()))
                .findFirst();
    }
}
