package io.nexus.cli.command;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.DemoTour;
import io.nexus.cli.demo.NodeProcess;
import io.nexus.cli.demo.Subscriber;
import io.nexus.cli.output.Colors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = {
            "A three-node cluster on this machine and a tour through it.",
            "run (default) leaves the cluster up; check stops it at the end; stop ends it."
        })
final class DemoCommand implements Callable<Integer> {
    enum Action {
        run,
        check,
        stop
    }

    private static final int SIZE = 3;
    private static final String DEFAULT_DIR = ".nexus/demo";
    private static final String DEFAULT_PORT = "9000";

    @Parameters(arity = "0..1", defaultValue = "run", description = "${COMPLETION-CANDIDATES}; default: run")
    Action action = Action.run;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = DEFAULT_DIR,
            description = "where its data goes. Default: ${DEFAULT-VALUE}")
    Path dir = Path.of(DEFAULT_DIR);

    @Option(
            names = "--base-port",
            paramLabel = "PORT",
            defaultValue = DEFAULT_PORT,
            description = "node i takes four ports from here + 10 i. Default: ${DEFAULT-VALUE}")
    int basePort;

    @Option(
            names = "--subscribers",
            paramLabel = "FILE",
            defaultValue = "${sys:nexus.conf:-conf}/demo/subscribers.csv",
            description = "CSV of subscribers. Default: the 10,000 that come with Nexus")
    Path subscribers = Path.of("conf/demo/subscribers.csv");

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        DemoCluster cluster = new DemoCluster(SIZE, dir.toAbsolutePath(), basePort, launcher(), Map.of());
        if (action == Action.stop) {
            return stop(cluster);
        }
        List<Subscriber> people = Subscriber.read(subscribers);
        refuseIfRunning(cluster);
        DemoCluster.requireFreePorts(SIZE, basePort);
        clear(dir.toAbsolutePath());
        PrintWriter out = out();
        out.println("Nexus demo: three real nodes on loopback, data under " + dir.toAbsolutePath());
        out.flush();
        boolean finished = false;
        try {
            List<String> violations = new DemoTour(cluster, out, Colors.detect()).run(people);
            finished = violations.isEmpty();
            if (action == Action.run) {
                where(cluster, out);
            }
        } finally {
            if (action == Action.check) {
                boolean orderly = cluster.stop();
                out.println(orderly ? "stopped all nodes" : "stopped all nodes, not all of them in time");
                out.flush();
                finished &= orderly;
            }
        }
        return finished ? ExitCode.OK.code() : ExitCode.FAILED.code();
    }

    private Integer stop(DemoCluster cluster) {
        boolean any = cluster.nodes().stream().anyMatch(NodeProcess::running);
        boolean orderly = cluster.stop();
        out().println(any ? "stopped; the data stays in " + dir.toAbsolutePath() : "no demo cluster runs here");
        out().flush();
        return orderly ? ExitCode.OK.code() : ExitCode.FAILED.code();
    }

    private void refuseIfRunning(DemoCluster cluster) {
        if (cluster.nodes().stream().anyMatch(NodeProcess::running)) {
            throw new CommandFailure(ExitCode.REFUSED, "the demo cluster runs already; end it: " + stopCommand());
        }
    }

    /** Only removes what an earlier demo made: directories with the names of its nodes. */
    private static void clear(Path dir) {
        for (int i = 1; i <= SIZE; i++) {
            Path node = dir.resolve("n" + i);
            if (Files.exists(node)) {
                try (Stream<Path> tree = Files.walk(node)) {
                    for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                } catch (IOException e) {
                    throw new CommandFailure(ExitCode.FAILED, "cannot clear " + node + ": " + e);
                }
            }
        }
    }

    private void where(DemoCluster cluster, PrintWriter out) {
        NodeProcess first = cluster.nodes().get(0);
        out.println();
        out.println("The cluster stays up. Look around:");
        hint(out, "scripts/nexus status" + server(first.grpcAddress()), "nodes and segments");
        hint(out, "scripts/nexus pool list" + server(first.grpcAddress()), "pools and their use");
        hint(out, "curl http://" + first.httpAddress() + "/cluster/status", "the same over HTTP");
        hint(out, "curl http://" + first.httpAddress() + "/metrics", "for Prometheus");
        for (NodeProcess node : cluster.nodes()) {
            out.println("  " + node.log() + "   log of " + node.name());
        }
        out.println("Stop it:");
        out.println("  " + stopCommand());
        out.flush();
    }

    private static void hint(PrintWriter out, String command, String what) {
        out.println(String.format(Locale.ROOT, "  %-53s %s", command, what));
    }

    /** The options as they were given: commands must work as they are printed. */
    String server(String address) {
        return basePort == Integer.parseInt(DEFAULT_PORT) ? "" : " --server " + address;
    }

    String stopCommand() {
        String path = dir.toAbsolutePath().toString();
        String quoted = path.matches("[\\w./+-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
        return "scripts/quickstart stop" + (dir.equals(Path.of(DEFAULT_DIR)) ? "" : " --dir " + quoted);
    }

    static Path launcher() {
        String launcher = System.getProperty("nexus.launcher");
        if (launcher == null) {
            throw new CommandFailure(ExitCode.USAGE, "start this through scripts/nexus: it knows how to start nodes");
        }
        return Path.of(launcher);
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }
}
