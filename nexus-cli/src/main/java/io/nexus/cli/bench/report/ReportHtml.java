package io.nexus.cli.bench.report;

import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.output.Colors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as one page: no scripts, no fonts, nothing from elsewhere. */
public final class ReportHtml {
    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
            h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
            pre{background:#f4f6f8;padding:1rem;overflow-x:auto;font-size:12.5px;line-height:1.4}
            svg{width:100%;height:auto;background:#fbfcfd;border:1px solid #dde3e9;margin:.5rem 0}
            .axis{stroke:#9aa7b4;stroke-width:1}.grid{stroke:#e6ebf0;stroke-width:1}
            text{font:11px system-ui,sans-serif;fill:#4a5866}
            .l0{stroke:#1f6feb}.l1{stroke:#c2410c}.l2{stroke:#15803d}.l3{stroke:#7c3aed}.l4{stroke:#b45309}.l5{stroke:#0e7490}
            .f0{fill:#1f6feb}.f1{fill:#c2410c}.f2{fill:#15803d}.f3{fill:#7c3aed}.f4{fill:#b45309}.f5{fill:#0e7490}
            polyline{fill:none;stroke-width:1.8}
            .good{color:#15803d}.bad{color:#b91c1c;font-weight:600}
            @media(prefers-color-scheme:dark){body{background:#12171d;color:#d7dee6}pre,svg{background:#1a2129;border-color:#2b3540}text{fill:#9fb0c0}.grid{stroke:#28323c}}
            """;

    private ReportHtml() {}

    public static String write(BenchReport report) {
        StringBuilder page = new StringBuilder(16_384);
        String title = "nexus bench " + report.workload();
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escape(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escape(title))
                .append("</h1>\n<p>")
                .append(escape(report.startedAt() + ", " + ReportJson.machine() + ", nodes " + report.nodes()))
                .append("</p>\n");
        boolean clean = report.verdict().violations() == 0;
        page.append("<p class=\"").append(clean ? "good" : "bad").append("\">");
        page.append(escape(report.verdict().toString())).append("</p>\n");
        for (BenchReport.Phase phase : report.phases()) {
            phase(page, phase);
        }
        page.append("<h2>Figures</h2>\n<pre>").append(escape(text(report))).append("</pre>\n<h2>Options</h2>\n<pre>");
        report.options()
                .forEach((name, value) ->
                        page.append(escape(name + " = " + value)).append('\n'));
        return page.append("</pre>\n</body></html>\n").toString();
    }

    private static void phase(StringBuilder page, BenchReport.Phase phase) {
        LoadResult result = phase.result();
        page.append("<h2>")
                .append(escape(phase.name() + ", " + ReportText.pace(result.pace())))
                .append("</h2>\n");
        List<SvgChart.Point> rate = new ArrayList<>();
        List<SvgChart.Point> p50 = new ArrayList<>();
        List<SvgChart.Point> p99 = new ArrayList<>();
        for (LoadResult.Tick tick : result.timeline()) {
            rate.add(new SvgChart.Point(tick.atSeconds(), tick.perSecond()));
            p50.add(new SvgChart.Point(tick.atSeconds(), tick.p50Millis()));
            p99.add(new SvgChart.Point(tick.atSeconds(), tick.p99Millis()));
        }
        page.append(
                new SvgChart("answers per second", "s").line("all calls", rate).write());
        page.append(new SvgChart("latency in each second, ms", "s")
                .line("p50", p50)
                .line("p99", p99)
                .write());
        SvgChart curve = new SvgChart("latency in ms by percentile", "");
        for (LoadResult.Kind kind : result.kinds()) {
            curve.line(kind.name(), curve(kind));
        }
        page.append(curve.percentileAxis().write());
    }

    /** Each nine as wide as the one before. */
    private static List<SvgChart.Point> curve(LoadResult.Kind kind) {
        List<SvgChart.Point> points = new ArrayList<>();
        double nines = Math.min(5, Math.log10(Math.max(1, kind.succeeded())));
        for (double x = 0; x <= nines + 1e-9; x += 0.05) {
            points.add(new SvgChart.Point(x, kind.millis(100 * (1 - Math.pow(10, -x)))));
        }
        return points;
    }

    private static String text(BenchReport report) {
        StringWriter text = new StringWriter();
        ReportText.print(report, new PrintWriter(text), new Colors(false));
        return text.toString();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%,d", (long) value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
