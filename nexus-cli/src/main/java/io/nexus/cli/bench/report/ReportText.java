package io.nexus.cli.bench.report;

import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.output.Colors;
import io.nexus.cli.output.Table;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/** A report for people. */
public final class ReportText {
    private ReportText() {}

    public static void print(BenchReport report, PrintWriter out, Colors colors) {
        out.println();
        if (!report.phases().isEmpty()) {
            calls(report).print(out, colors);
            out.println();
            cpu(report).print(out, colors);
        }
        if (!report.visibility().isEmpty()) {
            out.println();
            visibility(report).print(out, colors);
        }
        if (!report.figures().isEmpty()) {
            out.println();
            Table figures = new Table("FIGURE", "VALUE");
            report.figures()
                    .forEach(figure -> figures.row(figure.name(), number(figure.value()) + " " + figure.unit()));
            figures.print(out, colors);
        }
        out.println();
        for (BenchReport.Phase phase : report.phases()) {
            phase.result()
                    .failures()
                    .forEach((reason, count) -> out.println(
                            String.format(Locale.ROOT, "%s: %,d failed with %s", phase.name(), count, reason)));
            if (phase.result().notStarted() > 0) {
                out.println(String.format(
                        Locale.ROOT,
                        "%s: %,d calls were due and never started: the rate is too high for this, and the latencies are"
                                + " at least so high",
                        phase.name(),
                        phase.result().notStarted()));
            }
        }
        report.notes().forEach(out::println);
        String verdict = report.verdict().toString();
        out.println(report.verdict().violations() == 0 ? colors.green(verdict) : colors.red(verdict));
        report.verdict().first().forEach(text -> out.println("  " + text));
        out.flush();
    }

    private static Table calls(BenchReport report) {
        Table table = new Table(
                "PHASE", "CALL", "PACE", "COUNT", "FAILED", "PER SECOND", "P50 MS", "P90", "P99", "P99.9", "MAX");
        for (BenchReport.Phase phase : report.phases()) {
            LoadResult result = phase.result();
            for (LoadResult.Kind kind : result.kinds()) {
                table.row(
                        phase.name(),
                        kind.name(),
                        pace(result.pace()),
                        String.format(Locale.ROOT, "%,d", kind.succeeded()),
                        String.format(Locale.ROOT, "%,d", kind.failed()),
                        String.format(Locale.ROOT, "%,.0f", kind.succeeded() / Math.max(1e-9, result.seconds())),
                        number(kind.millis(50)),
                        number(kind.millis(90)),
                        number(kind.millis(99)),
                        number(kind.millis(99.9)),
                        number(kind.millis(100)));
            }
        }
        return table;
    }

    private static Table cpu(BenchReport report) {
        Table table = new Table("PHASE", "PROCESS", "CPU S", "CPU US PER CALL");
        for (BenchReport.Phase phase : report.phases()) {
            long calls = Math.max(1, phase.result().succeeded() + phase.result().failed());
            for (Map.Entry<String, Double> used : phase.cpuSeconds().entrySet()) {
                table.row(
                        phase.name(),
                        used.getKey(),
                        String.format(Locale.ROOT, "%.2f", used.getValue()),
                        String.format(Locale.ROOT, "%.1f", used.getValue() * 1e6 / calls));
            }
        }
        return table;
    }

    private static Table visibility(BenchReport report) {
        Table table = new Table("SEEN ON", "ROLE", "SAMPLES", "NOT SEEN", "P50 MS", "P99", "MAX", "LOOKUP ALONE MS");
        for (BenchReport.Visibility row : report.visibility()) {
            table.row(
                    row.node(),
                    row.role(),
                    row.samples(),
                    row.missing(),
                    number(row.p50Millis()),
                    number(row.p99Millis()),
                    number(row.maxMillis()),
                    number(row.floorMillis()));
        }
        return table;
    }

    static String pace(Pace pace) {
        return pace instanceof Pace.Open open
                ? String.format(Locale.ROOT, "%,.0f/s", open.perSecond())
                : pace.inFlight() + " in flight";
    }

    /** Three digits that mean something. */
    static String number(double value) {
        return String.format(
                Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 100 ? "%.1f" : "%,.0f", value);
    }
}
