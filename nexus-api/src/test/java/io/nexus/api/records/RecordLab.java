package io.nexus.api.records;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.nexus.api.cluster.Peers;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.crdt.records.Revision;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.storage.RocksRecordStore;
import io.nexus.statemachine.storage.StoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A few nodes that keep records on disk and talk over loopback; the test cuts connections. */
final class RecordLab {
    static final RecordSettings SETTINGS = new RecordSettings(Duration.ofMillis(400), Duration.ofMillis(500));
    static final StoreOptions SMALL = new StoreOptions(1 << 20, 2 << 20, 1, null, true);

    final Map<String, Node> nodes = new TreeMap<>();
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final Set<String> cuts = ConcurrentHashMap.newKeySet();
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Path root;

    RecordLab(Path root) {
        this.root = root;
    }

    static String id(int number) {
        return "00000000-0000-4000-8000-00000000000" + number;
    }

    /** Adds a node to the roster, or starts it again on what its disk has. */
    Node start(int number) throws IOException {
        Node node = new Node(id(number));
        nodes.put(node.id, node);
        return node;
    }

    Path disk(String id) {
        return root.resolve(id);
    }

    /** Nothing passes between the two any more, in either direction. */
    void cut(Node a, Node b) {
        for (String link : List.of(a.id + ">" + b.id, b.id + ">" + a.id)) {
            cuts.add(link);
            ManagedChannel channel = channels.remove(link);
            if (channel != null) {
                channel.shutdownNow();
            }
        }
    }

    void heal() {
        cuts.clear();
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }

    void close() throws InterruptedException {
        for (Node node : nodes.values()) {
            node.stop();
        }
        for (ManagedChannel channel : channels.values()) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    final class Node implements Peers {
        final String id;
        final Meters meters = new Meters(MetricNames.base().with(RecordMetrics.HELP));
        final AtomicLong clockAhead = new AtomicLong();
        final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        final Records records;
        private final RecordSyncEndpoint endpoint;
        private final RecordSync sync;
        private final Server server;
        private boolean stopped;

        Node(String id) throws IOException {
            this.id = id;
            InstantSource time = () -> InstantSource.system().instant().plusMillis(clockAhead.get());
            RecordMetrics metrics = new RecordMetrics(meters);
            RocksRecordStore store = RocksRecordStore.open(disk(id), SMALL);
            records = new Records(new Records.Setup(store, id, SETTINGS, metrics, time, failure::set));
            endpoint = new RecordSyncEndpoint(records, SETTINGS);
            endpoint.start();
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(endpoint)
                    .build()
                    .start();
            ports.put(id, server.getPort());
            sync = new RecordSync(records, this, metrics, SETTINGS);
            sync.start();
        }

        /** An orderly end. */
        void stop() throws InterruptedException {
            if (!stopped) {
                stopped = true;
                ports.remove(id);
                sync.close();
                endpoint.close();
                server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
                records.close();
            }
        }

        Revision put(String key, String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return records.write(new RecordWrite(key, before -> bytes)).join().revision();
        }

        void delete(String key) {
            records.write(new RecordWrite(key, before -> null)).join();
        }

        /** Null if the record is not here. */
        @Nullable
        String get(String key) {
            Revision found = records.get(key);
            return found == null ? null : new String(found.value(), StandardCharsets.UTF_8);
        }

        long counter(String name) {
            return meters.counter(name).getCount();
        }

        @Override
        public String selfId() {
            return id;
        }

        @Override
        public List<NodeEntry> others() {
            return nodes.keySet().stream()
                    .filter(other -> !other.equals(id))
                    .map(other -> new NodeEntry(other, other, "", "", "", ""))
                    .collect(Collectors.toList());
        }

        @Override
        public Channel live(String nodeId) {
            String link = id + ">" + nodeId;
            // Port 1 is where nobody listens.
            int port = cuts.contains(link) ? 1 : ports.getOrDefault(nodeId, 1);
            return channels.compute(link, (name, known) -> {
                if (known != null && known.authority().endsWith(":" + port)) {
                    return known;
                }
                if (known != null) {
                    known.shutdownNow();
                }
                return NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .usePlaintext()
                        .build();
            });
        }

        @Override
        public Channel bulk(String nodeId) {
            return live(nodeId);
        }
    }
}
