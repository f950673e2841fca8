package io.nexus.api.feed;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.NodeStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes with one stream (number {@value #STREAM}) between them. What heartbeats would tell is read from the
 * stores directly; who is a member, owner, down or cut off is for the test to say.
 */
final class FeedLab {
    static final int STREAM = 1;
    static final String CLUSTER = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    static final Position GENESIS = Position.start(STREAM, 1, 99);

    final Map<String, FeedNode> nodes = new TreeMap<>();
    private final Map<String, Server> servers = new ConcurrentHashMap<>();
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final Set<String> down = ConcurrentHashMap.newKeySet();
    private final Set<String> cuts = ConcurrentHashMap.newKeySet();
    private final Set<String> members = ConcurrentHashMap.newKeySet();
    private final List<ManagedChannel> channels = Collections.synchronizedList(new ArrayList<>());
    volatile @Nullable String owner;
    int fanOut = 6;

    FeedNode member(String id) {
        return member(id, new InMemoryNodeStore(FeedNode.RULE));
    }

    FeedNode member(String id, NodeStore store) {
        members.add(id);
        if (owner == null) {
            owner = id;
        }
        return add(id, store);
    }

    FeedNode follower(String id) {
        return add(id, new InMemoryNodeStore(FeedNode.RULE));
    }

    FeedNode add(String id, NodeStore store) {
        FeedNode node = new FeedNode(id, store, this);
        nodes.put(id, node);
        node.start();
        serve(id, node.endpoint);
        return node;
    }

    /** A node whose feed is served by something else. */
    void impostor(String id, BindableService service) {
        members.add(id);
        nodes.put(id, new FeedNode(id, new InMemoryNodeStore(FeedNode.RULE), this));
        serve(id, service);
    }

    private void serve(String id, BindableService service) {
        try {
            Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(service)
                    .build()
                    .start();
            servers.put(id, server);
            ports.put(id, server.getPort());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The node's server is gone, and heartbeats have noticed. */
    void kill(String id) {
        Server server = servers.remove(id);
        if (server != null) {
            server.shutdownNow();
        }
        down.add(id);
    }

    /** {@code from} cannot open connections to {@code to}. */
    void cut(String from, String to) {
        cuts.add(from + ">" + to);
    }

    Peers peers(String self) {
        return new Peers() {
            @Override
            public String selfId() {
                return self;
            }

            @Override
            public List<NodeEntry> others() {
                return nodes.keySet().stream()
                        .filter(id -> !id.equals(self))
                        .map(FeedLab::entry)
                        .toList();
            }

            @Override
            public Channel live(String nodeId) {
                // Port 1 is where nobody listens.
                int port = cuts.contains(self + ">" + nodeId) ? 1 : ports.getOrDefault(nodeId, 1);
                ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .usePlaintext()
                        .build();
                channels.add(channel);
                return channel;
            }

            @Override
            public Channel bulk(String nodeId) {
                return live(nodeId);
            }
        };
    }

    GroupView groups(String self) {
        return new GroupView() {
            @Override
            public GroupState group(int segment) {
                boolean hosted = members.contains(self);
                Condition condition = hosted ? Condition.LIVE : Condition.UNHOSTED;
                return new GroupState(segment, hosted, self.equals(owner), 1, owner, List.copyOf(members), condition);
            }

            @Override
            public @Nullable String owner(int segment) {
                return owner;
            }
        };
    }

    ClusterView cluster(String self) {
        return new ClusterView() {
            @Override
            public String selfId() {
                return self;
            }

            @Override
            public ClusterPlan plan() {
                List<NodeEntry> entries =
                        nodes.keySet().stream().map(FeedLab::entry).toList();
                return new ClusterPlan(1, CLUSTER, entries, 1, 0, 1, 150, List.of(List.of(), List.copyOf(members)));
            }

            @Override
            public Liveness liveness(String nodeId) {
                return new Liveness(down.contains(nodeId) ? State.DOWN : State.UP, 0);
            }

            @Override
            public long stalenessMillis(int segment) {
                return -1;
            }
        };
    }

    PeerProgress progress(String self) {
        return segment -> {
            List<PeerProgress.Progress> heard = new ArrayList<>();
            nodes.forEach((id, node) -> {
                Position position = node.store.segment(segment).position();
                if (!id.equals(self) && !down.contains(id) && position != null) {
                    heard.add(new PeerProgress.Progress(
                            id, position.incarnation(), position.seq(), !node.suspect(), position.digest()));
                }
            });
            return heard;
        };
    }

    private static NodeEntry entry(String id) {
        return new NodeEntry(id, id, "", "", "", "");
    }

    void close() throws InterruptedException {
        nodes.values().forEach(node -> node.client.close());
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        for (Server server : servers.values()) {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        nodes.values().forEach(node -> node.endpoint.close());
    }
}
