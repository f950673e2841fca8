package io.nexus.cli.command;

import static io.nexus.cli.command.BenchCommand.millis;
import static io.nexus.cli.command.BenchCommand.require;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.ProgressLine;
import io.nexus.cli.bench.rivals.Comparison;
import io.nexus.cli.bench.rivals.ComparisonReport;
import io.nexus.cli.output.Colors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "peers",
        description = {
            "The same job for Nexus and for other systems on this machine, one after the other.",
            "What is not installed is left out; scripts/bench-peers --install installs it."
        })
final class BenchPeersCommand implements Callable<Integer> {
    @Option(
            names = "--systems",
            split = ",",
            paramLabel = "NAME",
            description = "of ${COMPLETION-CANDIDATES}. Default: all of them")
    List<Comparison.Systems> systems = List.of(Comparison.Systems.values());

    @Option(names = "--in-flight", paramLabel = "N", description = "calls at a time. Default: ${DEFAULT-VALUE}")
    int inFlight = 64;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "of each system. Default: ${DEFAULT-VALUE}")
    double warmupSeconds = 60;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "of each phase. Default: ${DEFAULT-VALUE}")
    double durationSeconds = 20;

    @Option(names = "--addresses", paramLabel = "N", description = "in the pool. Default: ${DEFAULT-VALUE}")
    int addresses = 1_500_000;

    @Option(names = "--base-port", paramLabel = "PORT", description = "forty ports from here. Default: 9700")
    int basePort = 9700;

    @Option(names = "--json", paramLabel = "FILE", description = "write the figures there, too")
    @Nullable
    Path json;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        require(inFlight >= 1 && inFlight <= 1_000, "--in-flight must be 1 to 1000");
        require(durationSeconds >= 0.1 && durationSeconds <= 3_600, "--duration must be 0.1 to 3600 seconds");
        require(warmupSeconds >= 0 && warmupSeconds <= 3_600, "--warmup must be 0 to 3600 seconds");
        require(addresses >= 1_000 && addresses <= 10_000_000, "--addresses must be 1000 to 10000000");
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        ProgressLine progress = new ProgressLine(
                Objects.requireNonNull(spec).commandLine().getErr(),
                Colors.detect().on());
        Comparison.Settings settings = new Comparison.Settings(
                inFlight,
                millis(warmupSeconds),
                millis(durationSeconds),
                addresses,
                DemoCommand.launcher(),
                directory(),
                basePort);
        ComparisonReport report = compare(new Comparison(settings, progress), settings);
        progress.clear();
        report.table().print(out, Colors.detect());
        report.notes().forEach(out::println);
        removeIfEmpty(settings.dir(), out);
        out.flush();
        write(report);
        return ExitCode.OK.code();
    }

    private ComparisonReport compare(Comparison comparison, Comparison.Settings settings) throws InterruptedException {
        List<Comparison.Row> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Comparison.Systems system : systems) {
            try {
                rows.addAll(comparison.run(system));
            } catch (CommandFailure e) {
                if (system == Comparison.Systems.nexus) {
                    throw e;
                }
                notes.add(system + " is missing: " + e.getMessage());
            }
        }
        rows.stream()
                .filter(row -> row.allocate().failed() + row.lookup().failed() > 0)
                .forEach(row -> notes.add(row.version() + " failed: "
                        + row.allocate().failures() + " " + row.lookup().failures()));
        return new ComparisonReport(settings, rows, notes);
    }

    private static void removeIfEmpty(Path dir, PrintWriter out) {
        try {
            Files.delete(dir);
        } catch (DirectoryNotEmptyException e) {
            out.println("logs of what failed are in " + dir);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "cannot remove " + dir + ": " + e);
        }
    }

    private void write(ComparisonReport report) {
        if (json != null) {
            try {
                Files.writeString(json, report.json() + "\n");
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, "cannot write " + json + ": " + e);
            }
        }
    }

    /** PostgreSQL's user must get through it. */
    private static Path directory() {
        try {
            Path dir = Files.createTempDirectory("nexus-bench-peers");
            Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
            return dir;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "cannot make a directory: " + e);
        }
    }
}
