package io.nexus.cli.bench.rivals;

import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.report.ReportJson;
import io.nexus.cli.output.ProtoJson;
import io.nexus.cli.output.Table;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A comparison as a table with ratios, and as JSON. */
public final class ComparisonReport {
    public static final String SCHEMA = "nexus-bench-peers/1";

    private final Comparison.Settings settings;
    private final List<Comparison.Row> rows;
    private final List<String> notes;

    /** @param notes what is missing, and why */
    public ComparisonReport(Comparison.Settings settings, List<Comparison.Row> rows, List<String> notes) {
        this.settings = settings;
        this.rows = List.copyOf(rows);
        this.notes = List.copyOf(notes);
    }

    private Optional<Comparison.Row> nexus() {
        return rows.stream().filter(row -> row.system().equals("nexus")).findFirst();
    }

    public Table table() {
        Table table = new Table(
                "SYSTEM",
                "AN ANSWER SURVIVES",
                "ALLOCATE/S",
                "OF NEXUS",
                "P50 MS",
                "P99 MS",
                "CPU US",
                "LOOK UP/S",
                "OF NEXUS",
                "P50 MS",
                "P99 MS",
                "CPU US");
        for (Comparison.Row row : rows) {
            table.row(
                    row.version(),
                    row.durability(),
                    String.format(Locale.ROOT, "%,.0f", row.allocate().perSecond()),
                    ratio(
                            row.allocate().perSecond(),
                            nexus().map(n -> n.allocate().perSecond())),
                    millis(row.allocate(), 50),
                    millis(row.allocate(), 99),
                    String.format(Locale.ROOT, "%,.0f", row.allocateCpuMicros()),
                    String.format(Locale.ROOT, "%,.0f", row.lookup().perSecond()),
                    ratio(row.lookup().perSecond(), nexus().map(n -> n.lookup().perSecond())),
                    millis(row.lookup(), 50),
                    millis(row.lookup(), 99),
                    String.format(Locale.ROOT, "%,.0f", row.lookupCpuMicros()));
        }
        return table;
    }

    private static String millis(LoadResult result, double percentile) {
        return String.format(Locale.ROOT, "%.2f", result.all().millis(percentile));
    }

    private static String ratio(double value, Optional<Double> of) {
        return of.map(base -> String.format(Locale.ROOT, "%.2f", value / base)).orElse("-");
    }

    public List<String> notes() {
        return notes;
    }

    public String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", SCHEMA);
        root.put("at", Instant.now().toString());
        root.put("machine", ReportJson.machine());
        root.put("in_flight", settings.inFlight());
        root.put("warmup_seconds", settings.warmup().toMillis() / 1e3);
        root.put("duration_seconds", settings.duration().toMillis() / 1e3);
        root.put("systems", rows.stream().map(this::tree).toList());
        root.put("notes", notes);
        return ProtoJson.write(root);
    }

    private Map<String, Object> tree(Comparison.Row row) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("system", row.system());
        tree.put("version", row.version());
        tree.put("durability", row.durability());
        tree.put("allocate", tree(row.allocate(), row.allocateCpuMicros()));
        tree.put("lookup", tree(row.lookup(), row.lookupCpuMicros()));
        return tree;
    }

    private static Map<String, Object> tree(LoadResult result, double cpuMicros) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("succeeded", result.succeeded());
        tree.put("failed", result.failed());
        tree.put("per_second", result.perSecond());
        tree.put("p50_ms", result.all().millis(50));
        tree.put("p99_ms", result.all().millis(99));
        tree.put("max_ms", result.all().millis(100));
        tree.put("server_cpu_us", cpuMicros);
        tree.put("failures", result.failures());
        return tree;
    }
}
