package io.nexus.cli.bench;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.workload.NodeSwitch;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Node processes on loopback in a directory of their own, for one run. They end with this process, however it ends. */
public final class OwnCluster implements NodeSwitch, AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(180);

    private final DemoCluster cluster;
    private final Path dir;
    private final boolean keep;
    private final Thread atExit;

    private OwnCluster(DemoCluster cluster, Path dir, boolean keep) {
        this.cluster = cluster;
        this.dir = dir;
        this.keep = keep;
        this.atExit = new Thread(() -> cluster.nodes().forEach(NodeProcess::kill), "bench-end-nodes");
    }

    /**
     * Starts the nodes and waits until they are ready.
     *
     * @param dir null: a temporary one
     * @param keep leave the directory where it is in the end
     */
    public static OwnCluster start(int size, @Nullable Path dir, int basePort, Path launcher, boolean keep) {
        DemoCluster.requireFreePorts(size, basePort);
        Path root = fresh(dir);
        DemoCluster cluster = new DemoCluster(size, root, basePort, launcher, Map.of());
        OwnCluster own = new OwnCluster(cluster, root, keep);
        Runtime.getRuntime().addShutdownHook(own.atExit);
        try {
            cluster.start();
            cluster.awaitReady(READY_MAX, text -> {});
            return own;
        } catch (RuntimeException e) {
            cluster.nodes().forEach(NodeProcess::kill); // the logs stay for whoever wants to know why
            throw e;
        }
    }

    private static Path fresh(@Nullable Path dir) {
        try {
            if (dir == null) {
                return Files.createTempDirectory("nexus-bench");
            }
            Path absolute = dir.toAbsolutePath();
            if (Files.exists(absolute.resolve("n1"))) {
                throw new CommandFailure(ExitCode.REFUSED, "there is a node's data in " + absolute + " already");
            }
            return Files.createDirectories(absolute);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for the nodes", e);
        }
    }

    public List<String> servers() {
        return cluster.servers();
    }

    /** Of all its processes so far. */
    public double cpuSeconds() {
        return cluster.nodes().stream()
                .flatMap(node -> node.handle().stream())
                .flatMap(handle -> handle.info().totalCpuDuration().stream())
                .mapToDouble(used -> used.toNanos() / 1e9)
                .sum();
    }

    @Override
    public void kill(String name) {
        cluster.node(name).kill();
    }

    @Override
    public void start(String name) {
        cluster.node(name).start();
    }

    /** Ends the nodes and removes their data. */
    @Override
    public void close() {
        boolean orderly = cluster.stop();
        Runtime.getRuntime().removeShutdownHook(atExit);
        if (orderly && !keep) {
            remove();
        }
    }

    private void remove() {
        try (Stream<Path> tree = Files.walk(dir)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + dir, e);
        }
    }
}
