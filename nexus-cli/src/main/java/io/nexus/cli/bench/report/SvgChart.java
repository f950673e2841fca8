package io.nexus.cli.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines over a common axis, as an SVG element to put into a page. */
final class SvgChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 220;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 28;
    private static final int BOTTOM = 26;
    private static final int COLORS = 6;
    private static final int STEPS = 4;

    private final String title;
    private final String unit;
    private final List<String> names = new ArrayList<>();
    private final List<List<Point>> lines = new ArrayList<>();
    private boolean percentiles;

    record Point(double x, double y) {}

    SvgChart(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    SvgChart line(String name, List<Point> points) {
        names.add(name);
        lines.add(List.copyOf(points));
        return this;
    }

    /** x is the number of nines: 1 is 90 %, 2 is 99 %. */
    SvgChart percentileAxis() {
        percentiles = true;
        return this;
    }

    String write() {
        double xMax = max(Point::x);
        double yMax = nice(max(Point::y));
        StringBuilder svg = new StringBuilder(4_096);
        svg.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH, HEIGHT));
        text(svg, LEFT, 16, "start", title);
        grid(svg, xMax, yMax);
        int legend = WIDTH - RIGHT;
        for (int i = lines.size() - 1; i >= 0; i--) {
            svg.append("<text class=\"f").append(i % COLORS).append("\" text-anchor=\"end\" x=\"");
            svg.append(legend)
                    .append("\" y=\"16\">")
                    .append(ReportHtml.escape(names.get(i)))
                    .append("</text>\n");
            legend -= 16 + 7 * names.get(i).length();
        }
        for (int i = 0; i < lines.size(); i++) {
            svg.append("<polyline class=\"l").append(i % COLORS).append("\" points=\"");
            for (Point point : lines.get(i)) {
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x(), xMax), y(point.y(), yMax)));
            }
            svg.append("\"/>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private void grid(StringBuilder svg, double xMax, double yMax) {
        for (int i = 0; i <= STEPS; i++) {
            double value = yMax * i / STEPS;
            rule(svg, i == 0 ? "axis" : "grid", LEFT, y(value, yMax), WIDTH - RIGHT, y(value, yMax));
            text(svg, LEFT - 6, y(value, yMax) + 4, "end", ReportHtml.number(value));
        }
        double step = percentiles ? 1 : Math.max(1, nice(xMax / 10));
        for (double value = 0; value <= xMax + 1e-9; value += step) {
            rule(svg, value == 0 ? "axis" : "grid", x(value, xMax), TOP, x(value, xMax), HEIGHT - BOTTOM);
            String label = percentiles ? percent(value) : ReportHtml.number(value) + " " + unit;
            text(svg, x(value, xMax), HEIGHT - 8, "middle", label);
        }
    }

    private static String percent(double nines) {
        return nines == 0
                ? "0 %"
                : nines == 1 ? "90 %" : nines == 2 ? "99 %" : "99." + "9".repeat((int) nines - 2) + " %";
    }

    private static void rule(StringBuilder svg, String kind, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                kind,
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                anchor,
                x,
                y,
                ReportHtml.escape(text)));
    }

    private double max(java.util.function.ToDoubleFunction<Point> part) {
        return Math.max(
                1e-3,
                lines.stream().flatMap(List::stream).mapToDouble(part).max().orElse(1));
    }

    /** The next of 1, 2, 4, 5, 8 and 10 times a power of ten. */
    static double nice(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double factor : new double[] {1, 2, 4, 5, 8}) {
            if (value <= factor * power * (1 + 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static double x(double value, double max) {
        return LEFT + value / max * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double max) {
        return HEIGHT - BOTTOM - value / max * (HEIGHT - TOP - BOTTOM);
    }
}
