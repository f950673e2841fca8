package io.nexus.cli.bench.rivals;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.LoadRun;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.workload.Watching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The same job for one system after the other, on the same machine: allocate for unique subscribers in a closed loop,
 * then look them up. One thread.
 */
public final class Comparison {
    private static final Duration DRAIN = Duration.ofSeconds(12);

    /** The systems, in the order in which they take their turns. */
    public enum Systems {
        echo,
        nexus,
        etcd,
        redis,
        postgresql
    }

    /**
     * @param warmup of allocations before the measurement
     * @param addresses in the pool
     * @param dir for logs and data; what a system leaves in it is removed, unless it failed
     * @param basePort forty ports from here
     */
    public record Settings(
            int inFlight, Duration warmup, Duration duration, int addresses, Path launcher, Path dir, int basePort) {}

    /**
     * What one system did.
     *
     * @param allocateCpuMicros of its own processes, for each allocation
     */
    public record Row(
            String system,
            String version,
            String durability,
            LoadResult allocate,
            double allocateCpuMicros,
            LoadResult lookup,
            double lookupCpuMicros) {}

    private final Settings settings;
    private final Watching watching;

    public Comparison(Settings settings, Watching watching) {
        this.settings = settings;
        this.watching = watching;
    }

    private interface Start {
        Rival in(Path dir);
    }

    /** @return a row for each variant of the system: its durability settings */
    public List<Row> run(Systems system) throws InterruptedException {
        return switch (system) {
            case echo -> List.of(measure("echo", dir -> new Echo(settings.launcher(), dir, settings.basePort(), 4)));
            case nexus ->
                List.of(measure(
                        "nexus",
                        dir -> new NexusSystem(
                                settings.launcher(), dir, settings.basePort(), settings.addresses(), 2)));
            case etcd -> {
                Path program = program("etcd", "etcd-server", List.of());
                yield List.of(
                        measure("etcd", dir -> new Etcd(program, dir, settings.basePort(), settings.addresses())));
            }
            case redis -> redis(program("redis-server", "redis-server", List.of()));
            case postgresql -> {
                Path initdb = program("initdb", "postgresql", Postgres.places());
                yield List.of(measure(
                        "postgresql",
                        dir -> new Postgres(
                                initdb, dir, settings.basePort(), settings.addresses(), settings.inFlight())));
            }
        };
    }

    private List<Row> redis(Path program) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (String fsync : List.of("always", "everysec")) {
            rows.add(measure(
                    "redis " + fsync,
                    dir -> new Redis(program, dir, settings.basePort(), fsync, settings.addresses())));
        }
        return rows;
    }

    private static Path program(String name, String debianPackage, List<Path> further) {
        return ServerProcess.find(name, further)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.REFUSED,
                        name + " is not installed; scripts/bench-peers --install installs Debian's " + debianPackage));
    }

    private Row measure(String name, Start start) throws InterruptedException {
        watching.step(name + ": start");
        Path dir = directory(name);
        Row row;
        try (Rival rival = start.in(dir)) {
            Job allocate = rival.allocate();
            long cold = settings.addresses() / 3; // the rest is for what is measured
            run(name + ": warm up", allocate, settings.warmup(), cold);
            double cpu0 = rival.cpuSeconds();
            LoadResult allocated = run(name + ": allocate", allocate, settings.duration(), settings.addresses() - cold);
            double cpu1 = rival.cpuSeconds();
            Job lookup = rival.lookup();
            run(name + ": warm up", lookup, settings.warmup().dividedBy(3), Long.MAX_VALUE);
            double cpu2 = rival.cpuSeconds();
            LoadResult found = run(name + ": look up", lookup, settings.duration(), Long.MAX_VALUE);
            double cpu3 = rival.cpuSeconds();
            row = new Row(
                    name,
                    rival.version(),
                    rival.durability(),
                    allocated,
                    micros(cpu1 - cpu0, allocated),
                    found,
                    micros(cpu3 - cpu2, found));
        }
        remove(dir); // after a failure its logs stay
        return row;
    }

    private static double micros(double seconds, LoadResult result) {
        return seconds * 1e6 / Math.max(1, result.succeeded());
    }

    private LoadResult run(String phase, Job job, Duration time, long count) throws InterruptedException {
        watching.step(phase);
        Duration atLeast = time.compareTo(Duration.ofMillis(100)) < 0 ? Duration.ofMillis(100) : time;
        return new LoadRun(
                        job,
                        new Pace.Closed(settings.inFlight()),
                        new Bounds(atLeast, count, DRAIN),
                        (tick, done, failed) -> watching.tick(phase, tick, done, failed))
                .run();
    }

    private Path directory(String name) {
        try {
            return Files.createDirectories(settings.dir().resolve(name.replace(' ', '-')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path dir) {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(dir)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + dir, e);
        }
    }
}
