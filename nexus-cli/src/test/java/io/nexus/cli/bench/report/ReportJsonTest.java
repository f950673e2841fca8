package io.nexus.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexus.cli.output.Colors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
    private static final Pattern DOCUMENTED = Pattern.compile("^\\| `([a-z0-9_.\\[\\]]+)` \\|.*");

    private final BenchReport report = SampleReport.full();

    @Test
    void documentation_listsEveryField() throws IOException {
        TreeSet<String> written = new TreeSet<>();
        collect(ReportJson.tree(report), "", written);
        TreeSet<String> documented = new TreeSet<>();
        boolean inSchema = false;
        for (String line : Files.readAllLines(Path.of("../docs/BENCHMARKS.md"))) {
            inSchema = line.equals("<!-- schema -->") || (inSchema && !line.equals("<!-- end -->"));
            Matcher row = DOCUMENTED.matcher(line);
            if (inSchema && row.matches()) {
                documented.add(row.group(1));
            }
        }
        assertThat(documented).isEqualTo(written);
    }

    private static void collect(Object tree, String path, TreeSet<String> into) {
        if (tree instanceof Map<?, ?> fields) {
            fields.forEach((name, value) -> {
                String field = path.isEmpty() ? name.toString() : path + "." + name;
                if (value instanceof Map<?, ?> && !ReportJson.open().contains(name.toString())) {
                    collect(value, field, into);
                } else if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map<?, ?>) {
                    collect(list.get(0), field + "[]", into);
                } else {
                    into.add(field);
                }
            });
        }
    }

    @Test
    void json_isReadableAndHasTheFigures() throws IOException {
        JsonNode json = new ObjectMapper().readTree(ReportJson.write(report));
        assertThat(json.at("/schema").asText()).isEqualTo(ReportJson.SCHEMA);
        assertThat(json.at("/workload").asText()).isEqualTo("allocate");
        assertThat(json.at("/phases/0/succeeded").asLong()).isEqualTo(20);
        assertThat(json.at("/phases/0/loop").asText()).isEqualTo("closed");
        assertThat(json.at("/phases/0/calls/0/latency_ms/p99").isNumber()).isTrue();
        assertThat(json.at("/phases/0/calls/0/latency_ms/p99.99").isNumber()).isTrue();
        assertThat(json.at("/phases/0/failures/NO_LEADER").asLong()).isEqualTo(5);
        assertThat(json.at("/verified/violations").asLong()).isEqualTo(1);
        assertThat(json.at("/visibility/0/node").asText()).isEqualTo("n2");
    }

    @Test
    void text_saysWhatWasViolated() {
        StringWriter text = new StringWriter();
        ReportText.print(report, new PrintWriter(text), new Colors(false));
        assertThat(text.toString())
                .contains("verified 1 answers, 1 violations", "twice", "NO_LEADER", "all back", "n2");
    }

    @Test
    void html_standsAlone() {
        String page = ReportHtml.write(report);
        assertThat(page).startsWith("<!doctype html>").contains("<svg", "polyline", "1 violations", "&lt;b&gt;");
        assertThat(page).doesNotContain("http://", "https://", "src=", "<script", "<link", "@import", "<b>", "NaN");
    }

    @Test
    void chart_roundsItsAxisUp() {
        assertThat(SvgChart.nice(1)).isEqualTo(1);
        assertThat(SvgChart.nice(1.01)).isEqualTo(2);
        assertThat(SvgChart.nice(73)).isEqualTo(80);
        assertThat(SvgChart.nice(0.0021)).isCloseTo(0.004, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(SvgChart.nice(95_000)).isEqualTo(100_000);
    }
}
