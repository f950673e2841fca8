package io.nexus.cli.bench.baseline;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.BenchRun;
import io.nexus.cli.bench.OwnCluster;
import io.nexus.cli.bench.fleet.CpuClock;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.LoadRun;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.rivals.Echo;
import io.nexus.cli.bench.workload.Plan;
import io.nexus.cli.bench.workload.Watching;
import io.nexus.cli.bench.workload.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Measures all ratios: three nodes of its own first, then a bare echo, when this process is warm. At most ten minutes. */
public final class RatioRun {
    private static final int NODES = 3;
    private static final int IN_FLIGHT = 64;
    private static final int CONNECTIONS = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final double VISIBLE_RATE = 200;

    private final Path launcher;
    private final int basePort;
    private final double scale;
    private final Watching watching;
    private final Map<Ratio, Double> ratios = new EnumMap<>(Ratio.class);

    /** @param scale 1: times that mean something; less: shorter, to see that it works */
    public RatioRun(Path launcher, int basePort, double scale, Watching watching) {
        this.launcher = launcher;
        this.basePort = basePort;
        this.scale = scale;
        this.watching = watching;
    }

    /** Calls in a second, and the server's CPU time for each. */
    private record Speed(double perSecond, double cpuMicros) {}

    public Map<Ratio, Double> run() throws InterruptedException {
        watching.step("start " + NODES + " nodes");
        Speed allocate;
        Speed lookup;
        double mixed;
        try (OwnCluster cluster = OwnCluster.start(NODES, null, basePort, launcher, false)) {
            List<String> servers = cluster.servers();
            allocate = speed(run(servers, Workloads.ALLOCATE, new Pace.Closed(IN_FLIGHT), 90, 30, 0)
                    .phases()
                    .get(0));
            lookup = lookup(servers);
            mixed = rate(run(servers, Workloads.MIXED, new Pace.Closed(IN_FLIGHT), 5, 15, 10_000), 0);
            double storm = rate(run(servers, Workloads.STORM, new Pace.Closed(IN_FLIGHT), 0, 30, 20_000), 0);
            ratios.put(Ratio.storm_of_allocate, storm / allocate.perSecond());
            nearlyFull(servers);
            visible(servers);
        }
        Speed echo = echo();
        ratios.put(Ratio.allocate_of_echo, allocate.perSecond() / echo.perSecond());
        ratios.put(Ratio.allocate_cpu_of_echo, allocate.cpuMicros() / echo.cpuMicros());
        ratios.put(Ratio.lookup_of_echo, lookup.perSecond() / echo.perSecond());
        ratios.put(Ratio.lookup_cpu_of_echo, lookup.cpuMicros() / echo.cpuMicros());
        ratios.put(Ratio.mixed_of_echo, mixed / echo.perSecond());
        return ratios;
    }

    private Speed echo() throws InterruptedException {
        watching.step("echo");
        Path dir = temporary();
        try (Echo echo = new Echo(launcher, dir, basePort, NODES * CONNECTIONS)) {
            Job job = echo.allocate();
            load(job, 30);
            double before = echo.cpuSeconds();
            LoadResult result = load(job, 10);
            double used = echo.cpuSeconds() - before;
            return new Speed(result.perSecond(), used * 1e6 / Math.max(1, result.succeeded()));
        } finally {
            remove(dir);
        }
    }

    private LoadResult load(Job job, double seconds) throws InterruptedException {
        Bounds bounds = new Bounds(scaled(seconds), Long.MAX_VALUE, TIMEOUT);
        return new LoadRun(
                        job,
                        new Pace.Closed(IN_FLIGHT),
                        bounds,
                        (tick, done, failed) -> watching.tick("echo", tick, done, failed))
                .run();
    }

    private Speed lookup(List<String> servers) throws InterruptedException {
        BenchReport report = run(servers, Workloads.LOOKUP, new Pace.Closed(IN_FLIGHT), 20, 10, 10_000);
        Speed bySubscriber = speed(report.phases().get(0));
        ratios.put(Ratio.address_of_lookup, rate(report, 1) / bySubscriber.perSecond());
        ratios.put(Ratio.miss_of_lookup, rate(report, 2) / bySubscriber.perSecond());
        return bySubscriber;
    }

    private static double rate(BenchReport report, int phase) {
        return report.phases().get(phase).result().perSecond();
    }

    private void nearlyFull(List<String> servers) throws InterruptedException {
        BenchReport report = run(servers, Workloads.NEARLY_FULL, new Pace.Closed(IN_FLIGHT), 5, 10, 32_000);
        LoadResult.Kind tenth = report.phases().get(0).result().kinds().get(0);
        LoadResult.Kind full = report.phases().get(4).result().kinds().get(0);
        ratios.put(Ratio.full_p50, full.millis(50) / tenth.millis(50));
        ratios.put(Ratio.full_p99, full.millis(99) / tenth.millis(99));
    }

    private void visible(List<String> servers) throws InterruptedException {
        BenchReport report = run(servers, Workloads.SYNC, new Pace.Open(VISIBLE_RATE, 1_024), 5, 20, 0);
        double slowest = report.visibility().stream()
                .mapToDouble(BenchReport.Visibility::p50Millis)
                .max()
                .orElseThrow();
        ratios.put(
                Ratio.visible_p50_of_allocate,
                slowest / report.phases().get(0).result().all().millis(50));
    }

    private BenchReport run(
            List<String> servers, Workloads workload, Pace pace, double warmup, double duration, int subscribers)
            throws InterruptedException {
        Plan plan = new Plan(
                "any",
                pace,
                scaled(duration),
                warmup == 0 ? Duration.ZERO : scaled(warmup),
                workload == Workloads.NEARLY_FULL ? 4_000 : 1_000_000,
                1,
                Math.max(100, (int) (subscribers * scale)),
                TIMEOUT,
                "");
        BenchReport report = new BenchRun(workload, plan, servers, CONNECTIONS, true, false).run(watching, null);
        if (report.verdict().violations() > 0) {
            throw new CommandFailure(
                    ExitCode.FAILED, report.verdict() + ": " + report.verdict().first());
        }
        return report;
    }

    private static Speed speed(BenchReport.Phase phase) {
        double nodes = phase.cpuSeconds().entrySet().stream()
                .filter(used -> !used.getKey().equals(CpuClock.CLIENT))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        LoadResult result = phase.result();
        return new Speed(result.perSecond(), nodes * 1e6 / Math.max(1, result.succeeded()));
    }

    private Duration scaled(double seconds) {
        return Duration.ofMillis(Math.max(500, (long) (seconds * scale * 1_000)));
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("nexus-bench-echo");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path dir) {
        try {
            Files.deleteIfExists(dir.resolve("echo.log"));
            Files.delete(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
