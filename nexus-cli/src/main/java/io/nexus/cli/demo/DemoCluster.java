package io.nexus.cli.demo;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.api.v1.StatusResponse;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Several nodes on this machine. One thread. */
public final class DemoCluster {
    private static final long POLL_NANOS = 100_000_000;

    private final List<NodeProcess> nodes = new ArrayList<>();

    /**
     * @param basePort node i takes the four ports from {@code basePort + 10 i}
     * @param extra further environment of every node
     */
    public DemoCluster(int size, Path dir, int basePort, Path launcher, Map<String, String> extra) {
        List<Integer> peerPorts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            peerPorts.add(basePort + 10 * i + 2);
        }
        for (int i = 0; i < size; i++) {
            String name = "n" + (i + 1);
            nodes.add(new NodeProcess(name, dir.resolve(name), basePort + 10 * i, peerPorts, launcher, extra));
        }
    }

    public List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    public NodeProcess node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node " + name));
    }

    public List<String> servers() {
        return nodes.stream().map(NodeProcess::grpcAddress).toList();
    }

    /** Fails before anything is started if one of the ports is taken. */
    public static void requireFreePorts(int size, int basePort) {
        for (int i = 0; i < size; i++) {
            for (int offset = 0; offset < 4; offset++) {
                int port = basePort + 10 * i + offset;
                try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    probe.setReuseAddress(true);
                } catch (IOException e) {
                    throw new CommandFailure(
                            ExitCode.REFUSED,
                            "port " + port
                                    + " on 127.0.0.1 is taken; stop what uses it, or choose others with --base-port");
                }
            }
        }
    }

    public void start() {
        nodes.forEach(NodeProcess::start);
    }

    /** Waits until each running node says that it is ready; fails with the log's place if one ends or never is. */
    public void awaitReady(Duration limit, Consumer<String> progress) {
        long deadline = System.nanoTime() + limit.toNanos();
        for (NodeProcess node : nodes) {
            if (node.running()) {
                awaitReady(node, deadline, progress);
            }
        }
    }

    /** Waits until one node is ready. */
    public void awaitReady(NodeProcess node, Duration limit) {
        awaitReady(node, System.nanoTime() + limit.toNanos(), text -> {});
    }

    private static void awaitReady(NodeProcess node, long deadline, Consumer<String> progress) {
        String last = "";
        while (System.nanoTime() < deadline) {
            if (!node.running()) {
                throw new CommandFailure(ExitCode.FAILED, node.name() + " ended; see " + node.log());
            }
            try {
                StatusResponse status = status(node);
                if (status.getReady()) {
                    return;
                }
                last = String.join("; ", status.getNotReadyBecauseList());
            } catch (CompletionException e) {
                last = "it does not answer yet";
            }
            progress.accept(node.name() + ": " + last);
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new CommandFailure(ExitCode.UNAVAILABLE, node.name() + " is not ready (" + last + "); see " + node.log());
    }

    public static StatusResponse status(NodeProcess node) {
        try (NexusClient client = new NexusClient(List.of(node.grpcAddress()), Duration.ofSeconds(2))) {
            return client.status().join();
        }
    }

    /** True when every running node has the same position and digest in every segment. */
    public boolean level() {
        List<List<String>> views = new ArrayList<>();
        for (NodeProcess node : nodes) {
            if (node.running()) {
                try {
                    views.add(status(node).getSegmentsList().stream()
                            .map(DemoCluster::content)
                            .toList());
                } catch (CompletionException e) {
                    return false;
                }
            }
        }
        return views.stream().distinct().count() <= 1;
    }

    private static String content(SegmentStatus segment) {
        return segment.getSegment() + "@" + segment.getIncarnation() + "/" + segment.getSeq() + "="
                + segment.getDigest();
    }

    /** Waits until all stores are equal. */
    public boolean awaitLevel(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            if (level()) {
                return true;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return false;
    }

    /** Orderly stop of all; true if none had to be killed. */
    public boolean stop() {
        nodes.forEach(NodeProcess::terminate);
        boolean orderly = true;
        for (NodeProcess node : nodes) {
            orderly &= node.stop();
        }
        return orderly;
    }
}
