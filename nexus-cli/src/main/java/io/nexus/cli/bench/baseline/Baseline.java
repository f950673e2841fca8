package io.nexus.cli.bench.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.report.ReportJson;
import io.nexus.cli.output.ProtoJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ratios as they were at some time.
 *
 * @param note where they come from, for those who read the file
 */
public record Baseline(String note, Map<Ratio, Entry> ratios) {
    public static final String SCHEMA = "nexus-bench-baseline/1";

    /** @param tolerance share of the value by which a later one may be worse */
    public record Entry(double value, double tolerance) {}

    public Baseline {
        ratios = Map.copyOf(ratios);
    }

    /** @return one without ratios if there is no such file */
    public static Baseline read(Path file) {
        if (!Files.exists(file)) {
            return new Baseline("", Map.of());
        }
        try {
            JsonNode root = new ObjectMapper().readTree(file.toFile());
            if (!SCHEMA.equals(root.path("schema").asText())) {
                throw new CommandFailure(ExitCode.USAGE, file + " is not a " + SCHEMA);
            }
            Map<Ratio, Entry> ratios = new EnumMap<>(Ratio.class);
            for (Ratio ratio : Ratio.all()) {
                JsonNode entry = root.path("ratios").path(ratio.name());
                if (entry.path("value").isNumber()) {
                    ratios.put(
                            ratio,
                            new Entry(
                                    entry.path("value").asDouble(),
                                    entry.path("tolerance").asDouble(ratio.tolerance())));
                }
            }
            return new Baseline(root.path("note").asText(), ratios);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
        }
    }

    /** The same tolerances around what was measured. */
    public Baseline with(String newNote, Map<Ratio, Double> measured) {
        Map<Ratio, Entry> fresh = new EnumMap<>(Ratio.class);
        measured.forEach((ratio, value) -> {
            Entry before = ratios.get(ratio);
            fresh.put(ratio, new Entry(value, before == null ? ratio.tolerance() : before.tolerance()));
        });
        return new Baseline(newNote, fresh);
    }

    public String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", SCHEMA);
        root.put("note", note);
        root.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        root.put("machine", ReportJson.machine());
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Ratio ratio : Ratio.all()) {
            Entry entry = ratios.get(ratio);
            if (entry != null) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("value", Math.round(entry.value() * 1e4) / 1e4);
                fields.put("tolerance", entry.tolerance());
                fields.put("better", ratio.better().name().toLowerCase(java.util.Locale.ROOT));
                fields.put("meaning", ratio.meaning());
                entries.put(ratio.name(), fields);
            }
        }
        root.put("ratios", entries);
        return ProtoJson.write(root);
    }
}
