package io.nexus.cli.command;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.BenchRun;
import io.nexus.cli.bench.OwnCluster;
import io.nexus.cli.bench.ProgressLine;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.report.ReportHtml;
import io.nexus.cli.bench.report.ReportJson;
import io.nexus.cli.bench.report.ReportText;
import io.nexus.cli.bench.workload.Plan;
import io.nexus.cli.bench.workload.Workloads;
import io.nexus.cli.output.Colors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        description = {
            "Measures a cluster and holds its answers to the promises; exit code 1 if one was broken.",
            "Makes pools of its own and removes them. --timeout is for each call.",
            "See docs/BENCHMARKS.md."
        })
final class BenchCommand implements Callable<Integer> {
    private static final long COUNT = 1_000_000;
    private static final long COUNT_AT_LEVEL = 4_000;

    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(arity = "0..1", paramLabel = "WORKLOAD", description = "${COMPLETION-CANDIDATES}")
    @Nullable
    Workloads workload;

    @Option(names = "--target", paramLabel = "any|owner|NODE", description = "who is asked. Default: ${DEFAULT-VALUE}")
    String target = "any";

    @Option(names = "--in-flight", paramLabel = "N", description = "calls at a time. Default: ${DEFAULT-VALUE}")
    int inFlight = 64;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "start calls at this rate, answered or not, and count latency from when each was due;"
                    + " --in-flight is a limit then, at least 1024. Default: as fast as answers come")
    double rate;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "of each phase. Default: ${DEFAULT-VALUE}")
    double durationSeconds = 10;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "not reported. Default: ${DEFAULT-VALUE}")
    double warmupSeconds = 5;

    @Option(names = "--count", paramLabel = "N", description = "calls of each phase at most. Default: 1000000")
    long count;

    @Option(names = "--pools", paramLabel = "N", description = "spread over the segments. Default: ${DEFAULT-VALUE}")
    int pools = 1;

    @Option(names = "--subscribers", paramLabel = "N", description = "who hold an address before. Default: by workload")
    int subscribers;

    @Option(names = "--connections", paramLabel = "N", description = "to each node. Default: ${DEFAULT-VALUE}")
    int connections = 2;

    @Option(names = "--node", paramLabel = "NAME", description = "catchup: the node that goes. Default: not the owner")
    String node = "";

    @Option(names = "--keep", description = "leave the pools (with --cluster: the data) where they are")
    boolean keep;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page with curves, too")
    @Nullable
    Path html;

    @Option(names = "--cluster", paramLabel = "N", description = "start N nodes on this machine for the run")
    int cluster;

    @Option(names = "--base-port", paramLabel = "PORT", description = "of --cluster. Default: ${DEFAULT-VALUE}")
    int basePort = 9700;

    @Option(names = "--dir", paramLabel = "DIR", description = "of --cluster. Default: a temporary one")
    @Nullable
    Path dir;

    @Override
    public Integer call() throws InterruptedException {
        if (workload == null) {
            throw new CommandFailure(ExitCode.USAGE, "which workload? " + List.of(Workloads.values()));
        }
        Plan plan = plan(workload);
        ProgressLine progress = new ProgressLine(server.err(), Colors.detect().on());
        BenchReport report = measure(workload, plan, progress);
        progress.clear();
        show(report);
        boolean answered =
                report.phases().stream().allMatch(phase -> phase.result().succeeded() > 0);
        boolean kept = report.verdict().violations() == 0;
        return (answered && kept ? ExitCode.OK : ExitCode.FAILED).code();
    }

    private Plan plan(Workloads chosen) {
        require(durationSeconds > 0 && durationSeconds <= 86_400, "--duration must be more than 0 and at most a day");
        require(warmupSeconds >= 0 && warmupSeconds <= 3_600, "--warmup must be 0 to 3600 seconds");
        require(count >= 0 && count <= 10_000_000, "--count must be at most 10000000");
        require(inFlight >= 1 && inFlight <= 100_000, "--in-flight must be 1 to 100000");
        require(pools >= 1 && pools <= 256, "--pools must be 1 to 256");
        require(rate >= 0 && rate <= 10_000_000, "--rate must be at most 10000000");
        require(connections >= 1 && connections <= 1_000, "--connections must be 1 to 1000");
        require(subscribers >= 0 && subscribers <= 10_000_000, "--subscribers must be at most 10000000");
        require(cluster >= 0 && cluster <= 9, "--cluster must be at most 9");
        Pace pace = rate > 0 ? new Pace.Open(rate, Math.max(1_024, inFlight)) : new Pace.Closed(inFlight);
        long calls = count > 0 ? count : chosen == Workloads.NEARLY_FULL ? COUNT_AT_LEVEL : COUNT;
        return new Plan(
                target,
                pace,
                millis(durationSeconds),
                millis(warmupSeconds),
                calls,
                pools,
                subscribers > 0 ? subscribers : chosen.subscribers(),
                millis(server.timeoutSeconds),
                node);
    }

    private BenchReport measure(Workloads chosen, Plan plan, ProgressLine progress) throws InterruptedException {
        if (cluster == 0) {
            return new BenchRun(chosen, plan, server.servers, connections, keep, true).run(progress, null);
        }
        progress.step("start " + cluster + " nodes");
        try (OwnCluster own = OwnCluster.start(cluster, dir, basePort, DemoCommand.launcher(), keep)) {
            return new BenchRun(chosen, plan, own.servers(), connections, keep, false).run(progress, own);
        }
    }

    private void show(BenchReport report) {
        if (html != null) {
            try {
                Files.writeString(html, ReportHtml.write(report));
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILED, "cannot write " + html + ": " + e);
            }
        }
        if (server.json()) {
            server.print(ReportJson.write(report));
        } else {
            PrintWriter out = server.out();
            ReportText.print(report, out, Colors.detect());
        }
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new CommandFailure(ExitCode.USAGE, otherwise);
        }
    }

    static Duration millis(double seconds) {
        return Duration.ofMillis((long) (seconds * 1_000));
    }
}
