package io.nexus.cli.bench.report;

import io.nexus.cli.Version;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.output.ProtoJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report for programs. The fields are those of {@code docs/BENCHMARKS.md}, which a test holds to this. */
public final class ReportJson {
    public static final String SCHEMA = "nexus-bench/1";
    private static final double[] CURVE = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100};

    private ReportJson() {}

    public static String write(BenchReport report) {
        return ProtoJson.write(tree(report));
    }

    static Map<String, Object> tree(BenchReport report) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", SCHEMA);
        root.put("version", Version.number());
        root.put("workload", report.workload());
        root.put("started_at", report.startedAt().toString());
        root.put("machine", machine());
        root.put("options", report.options());
        root.put("nodes", report.nodes());
        root.put("phases", report.phases().stream().map(ReportJson::phase).toList());
        root.put(
                "visibility",
                report.visibility().stream().map(ReportJson::visibility).toList());
        root.put("figures", report.figures().stream().map(ReportJson::figure).toList());
        root.put("notes", report.notes());
        Map<String, Object> verified = new LinkedHashMap<>();
        verified.put("answers", report.verdict().answers());
        verified.put("violations", report.verdict().violations());
        verified.put("first", report.verdict().first());
        root.put("verified", verified);
        return root;
    }

    /** What absolute figures depend on. */
    public static Map<String, Object> machine() {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("java", Runtime.version().toString());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return machine;
    }

    private static Map<String, Object> phase(BenchReport.Phase phase) {
        LoadResult result = phase.result();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", phase.name());
        tree.put("loop", result.pace() instanceof Pace.Open ? "open" : "closed");
        tree.put("in_flight", result.pace().inFlight());
        tree.put("target_per_second", result.pace() instanceof Pace.Open open ? open.perSecond() : 0);
        tree.put("seconds", result.seconds());
        tree.put("succeeded", result.succeeded());
        tree.put("failed", result.failed());
        tree.put("not_started", result.notStarted());
        tree.put("per_second", result.perSecond());
        tree.put("calls", result.kinds().stream().map(ReportJson::kind).toList());
        tree.put("failures", result.failures());
        tree.put("timeline", result.timeline().stream().map(ReportJson::tick).toList());
        tree.put("cpu_seconds", phase.cpuSeconds());
        return tree;
    }

    private static Map<String, Object> kind(LoadResult.Kind kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", kind.name());
        tree.put("succeeded", kind.succeeded());
        tree.put("failed", kind.failed());
        tree.put("mean_ms", kind.succeeded() == 0 ? 0 : kind.micros().getMean() / 1e3);
        Map<String, Object> latency = new LinkedHashMap<>();
        for (double percentile : CURVE) {
            latency.put(percentileName(percentile), kind.millis(percentile));
        }
        tree.put("latency_ms", latency);
        return tree;
    }

    private static String percentileName(double percentile) {
        return "p" + (percentile == Math.rint(percentile) ? Integer.toString((int) percentile) : percentile);
    }

    private static Map<String, Object> tick(LoadResult.Tick tick) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("at_seconds", tick.atSeconds());
        tree.put("per_second", tick.perSecond());
        tree.put("failed", tick.failed());
        tree.put("p50_ms", tick.p50Millis());
        tree.put("p99_ms", tick.p99Millis());
        return tree;
    }

    private static Map<String, Object> visibility(BenchReport.Visibility row) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("node", row.node());
        tree.put("role", row.role());
        tree.put("samples", row.samples());
        tree.put("missing", row.missing());
        tree.put("p50_ms", row.p50Millis());
        tree.put("p99_ms", row.p99Millis());
        tree.put("max_ms", row.maxMillis());
        tree.put("floor_ms", row.floorMillis());
        return tree;
    }

    private static Map<String, Object> figure(BenchReport.Figure figure) {
        return Map.of("name", figure.name(), "value", figure.value(), "unit", figure.unit());
    }

    /** Keys whose values are maps by name, not fields: options, reasons, processes. */
    static List<String> open() {
        return List.of("options", "failures", "cpu_seconds", "latency_ms");
    }
}
