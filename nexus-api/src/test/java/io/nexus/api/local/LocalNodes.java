package io.nexus.api.local;

import io.nexus.api.client.NexusClient;
import io.nexus.api.config.ConfigLoader;
import io.nexus.api.config.NodeConfig;
import io.nexus.api.node.NexusNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A real cluster in this JVM: nodes as {@code nexus serve} makes them, on free ports of loopback, on disk. */
public final class LocalNodes implements AutoCloseable {
    private static final int PORTS = 4;
    private static final int READY_SECONDS = 120;

    private final Path dir;
    private final int size;
    private final int basePort;
    private final Map<Integer, NexusNode> running = new TreeMap<>();
    private final ConcurrentLinkedQueue<String> fatal = new ConcurrentLinkedQueue<>();

    /** Starts the nodes and waits until they are ready. */
    public LocalNodes(int size, Path dir) {
        this.dir = dir;
        this.size = size;
        this.basePort = freeBase(size * PORTS);
        IntStream.range(0, size).forEach(this::start);
        awaitReady();
    }

    public void start(int node) {
        NexusNode started = new NexusNode(
                config(node), "test", "127.0.0.1", (what, cause) -> fatal.add("node " + node + ": " + what + cause));
        try {
            started.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        running.put(node, started);
    }

    public void awaitReady() {
        Awaitility.await("all nodes are ready")
                .atMost(READY_SECONDS, TimeUnit.SECONDS)
                .until(() -> running.values().stream().allMatch(NexusNode::ready));
    }

    /** The orderly stop. */
    public void stop(int node) {
        running.remove(node).close();
    }

    /** The orderly stop of several at once, so that none waits for another that is gone. */
    public void stop(List<Integer> nodes) {
        CompletableFuture.allOf(nodes.stream()
                        .map(running::remove)
                        .map(node -> CompletableFuture.runAsync(node::close))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    public int grpcPort(int node) {
        return basePort + PORTS * node;
    }

    public String grpcAddress(int node) {
        return "127.0.0.1:" + grpcPort(node);
    }

    public List<String> grpcAddresses() {
        return IntStream.range(0, size).mapToObj(this::grpcAddress).toList();
    }

    /** Calls of the gRPC method that the node served, whatever their end. */
    public long served(int node, String method) {
        String text = metrics(node);
        Matcher matcher = Pattern.compile(
                        "nexus_grpc_requests_total\\{method=\"" + Pattern.quote(method) + "\",code=\"\\w+\"} (\\d+)")
                .matcher(text);
        long sum = 0;
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
        }
        return sum;
    }

    private String metrics(int node) {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + (basePort + PORTS * node + 1) + "/metrics"))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** True if all nodes have the same in every segment, by position and digest. */
    public boolean level() {
        return running.keySet().stream().map(this::content).distinct().count() == 1;
    }

    private List<String> content(int node) {
        try (NexusClient client = new NexusClient(List.of(grpcAddress(node)), Duration.ofSeconds(5))) {
            return client.status().join().getSegmentsList().stream()
                    .map(segment -> segment.getSegment() + "@" + segment.getSeq() + "=" + segment.getDigest())
                    .toList();
        }
    }

    /** What nodes said before they would have ended their process. */
    public List<String> fatalities() {
        return List.copyOf(fatal);
    }

    @Override
    public void close() {
        stop(List.copyOf(running.keySet()));
    }

    private NodeConfig config(int node) {
        Map<String, String> environment = new HashMap<>();
        environment.put("NEXUS_PEER_ID", "node-" + node);
        environment.put("NEXUS_DATA_DIR", dir.resolve("node-" + node).toString());
        environment.put("NEXUS_SEGMENTS", "3");
        String[] keys = {"NEXUS_GRPC_ADDR", "NEXUS_HTTP_ADDR", "NEXUS_PEER_ADDR", "NEXUS_RAFT_ADDR"};
        for (int i = 0; i < PORTS; i++) {
            environment.put(keys[i], "127.0.0.1:" + (basePort + PORTS * node + i));
        }
        environment.put(
                "NEXUS_PEERS",
                String.join(
                        ",",
                        IntStream.range(0, size)
                                .mapToObj(other -> "127.0.0.1:" + (basePort + PORTS * other + 2))
                                .toList()));
        ConfigLoader.Loaded loaded = ConfigLoader.load(null, environment, "127.0.0.1");
        if (loaded.config() == null) {
            throw new IllegalStateException(loaded.errors().toString());
        }
        return loaded.config();
    }

    private static int freeBase(int ports) {
        for (int base = 24_100; base < 30_000; base += 50) {
            if (free(base, ports)) {
                return base;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean free(int base, int ports) {
        List<ServerSocket> probes = new ArrayList<>();
        try {
            for (int port = base; port < base + ports; port++) {
                probes.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            probes.forEach(LocalNodes::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
