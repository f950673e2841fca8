package io.nexus.api.service;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.feed.FeedListener;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes and two segments, with the owners' reads over real gRPC. Who owns what, who still can prove it and how
 * stale a copy is, is for the test to say; steps travel when the test copies them.
 */
final class LookupLab {
    static final int SEGMENTS = 2;
    static final String CLUSTER = "0b0c5a4e-98a4-4b35-9b3b-000000000001";

    final Map<String, Node> nodes = new TreeMap<>();
    final Map<Integer, String> owners = new ConcurrentHashMap<>();
    final Set<String> cannotProve = ConcurrentHashMap.newKeySet();
    volatile long stalenessMillis = 5;

    LookupLab() {
        for (String id : List.of("a", "b", "c")) {
            nodes.put(id, new Node(id));
        }
        owners.put(1, "a");
        owners.put(2, "b");
    }

    Node node(String id) {
        return java.util.Objects.requireNonNull(nodes.get(id));
    }

    final class Node implements GroupView, ClusterView, Peers {
        final String id;
        final InMemoryNodeStore store = new InMemoryNodeStore(new NexusIndexRule());
        final StorePoolDirectory directory = new StorePoolDirectory(store, SEGMENTS);
        final StepWaiters waiters = new StepWaiters(store);
        final FeedListener listener = FeedListener.all(List.of(directory, waiters));
        final LookupThreads threads = new LookupThreads(2);
        final LocalLookups lookups;
        /** What this node believes, where it is not what is so. */
        final Map<Integer, String> believes = new ConcurrentHashMap<>();

        private final Server server;
        private final int port;
        private final List<ManagedChannel> channels = new ArrayList<>();
        final Set<Integer> suspect = ConcurrentHashMap.newKeySet();
        volatile int asked;
        volatile String cluster = CLUSTER;

        Node(String id) {
            this.id = id;
            lookups = new LocalLookups(
                    new LocalLookups.Sources(
                            store,
                            directory,
                            waiters,
                            this,
                            this,
                            this::confirm,
                            this,
                            segment -> !suspect.contains(segment)),
                    threads);
            OwnerReadEndpoint endpoint =
                    new OwnerReadEndpoint(store, directory, this, this::confirm, () -> CLUSTER, threads);
            try {
                server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(endpoint)
                        .build()
                        .start();
                port = server.getPort();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void copy(Step step) {
            store.segment(step.stream()).commitStep(step);
            listener.onStep(step);
        }

        void kill() {
            server.shutdownNow();
        }

        private CompletableFuture<Boolean> confirm(int segment) {
            asked++;
            return CompletableFuture.completedFuture(id.equals(owners.get(segment)) && !cannotProve.contains(id));
        }

        @Override
        public GroupState group(int segment) {
            boolean leads = id.equals(owners.get(segment));
            boolean hosted = leads || id.equals("b");
            @Nullable String leader = owners.get(segment);
            return new GroupState(segment, hosted, leads, 1, leader, List.of(), Condition.LIVE);
        }

        @Override
        public @Nullable String owner(int segment) {
            return believes.getOrDefault(segment, owners.get(segment));
        }

        @Override
        public String selfId() {
            return id;
        }

        @Override
        public ClusterPlan plan() {
            return new ClusterPlan(
                    1, cluster, List.of(), SEGMENTS, 0, 1, 150, List.of(List.of(), List.of(), List.of()));
        }

        @Override
        public Liveness liveness(String nodeId) {
            return new Liveness(State.UP, 0);
        }

        @Override
        public long stalenessMillis(int segment) {
            return stalenessMillis;
        }

        @Override
        public List<NodeEntry> others() {
            return List.of();
        }

        @Override
        public @Nullable Channel live(String nodeId) {
            Node other = nodes.get(nodeId);
            if (other == null) {
                return null;
            }
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", other.port)
                    .usePlaintext()
                    .build();
            synchronized (channels) {
                channels.add(channel);
            }
            return channel;
        }

        @Override
        public @Nullable Channel bulk(String nodeId) {
            return live(nodeId);
        }
    }

    void close() throws InterruptedException {
        for (Node node : nodes.values()) {
            node.channels.forEach(ManagedChannel::shutdownNow);
            node.server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            node.threads.close();
        }
    }
}
