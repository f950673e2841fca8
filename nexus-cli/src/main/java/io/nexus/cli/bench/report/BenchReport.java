package io.nexus.cli.bench.report;

import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.verify.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run found, as it comes in. One thread. */
public final class BenchReport {
    private final String workload;
    private final Instant startedAt;
    private final Map<String, Object> options;
    private final List<String> nodes;
    private final Verdict verdict;
    private final List<Phase> phases = new ArrayList<>();
    private final List<Visibility> visibility = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * One measured run of calls.
     *
     * @param cpuSeconds used during it, by node name, and by this process as "client"
     */
    public record Phase(String name, LoadResult result, Map<String, Double> cpuSeconds) {}

    /**
     * How soon one node could be seen to know a write, counted from its acknowledgement, by this process' clock.
     *
     * @param role of the node for the segment: owner, member or follower
     * @param missing samples that were not seen there within the limit
     * @param floorMillis p50 of a lookup there that has nothing to wait for: what of the figures is the call itself
     */
    public record Visibility(
            String node,
            String role,
            long samples,
            long missing,
            double p50Millis,
            double p99Millis,
            double maxMillis,
            double floorMillis) {}

    /** Something that a workload measures once. */
    public record Figure(String name, double value, String unit) {}

    /** @param options as they were given or defaulted */
    public BenchReport(
            String workload, Instant startedAt, Map<String, Object> options, List<String> nodes, Verdict verdict) {
        this.workload = workload;
        this.startedAt = startedAt;
        this.options = new LinkedHashMap<>(options);
        this.nodes = List.copyOf(nodes);
        this.verdict = verdict;
    }

    public void add(Phase phase) {
        phases.add(phase);
    }

    public void add(Visibility row) {
        visibility.add(row);
    }

    public void add(Figure figure) {
        figures.add(figure);
    }

    public void note(String text) {
        notes.add(text);
    }

    public String workload() {
        return workload;
    }

    public Instant startedAt() {
        return startedAt;
    }

    public Map<String, Object> options() {
        return options;
    }

    public List<String> nodes() {
        return nodes;
    }

    public Verdict verdict() {
        return verdict;
    }

    public List<Phase> phases() {
        return List.copyOf(phases);
    }

    public List<Visibility> visibility() {
        return List.copyOf(visibility);
    }

    public List<Figure> figures() {
        return List.copyOf(figures);
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }
}
