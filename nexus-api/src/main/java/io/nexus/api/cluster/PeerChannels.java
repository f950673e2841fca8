package io.nexus.api.cluster;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Two channels to each other node of the current plan. Channels are made and closed when the plan changes; a node that
 * stays keeps its own.
 */
public final class PeerChannels implements Peers, AutoCloseable {
    private final String selfId;
    private final PeerDialer dialer;
    private volatile List<NodeEntry> others = List.of();
    private volatile Map<String, Pair> pairs = Map.of();
    private boolean closed;

    public PeerChannels(String selfId, Layout layout) {
        this.selfId = selfId;
        this.dialer = new PeerDialer(layout.current().clusterId(), selfId);
        layout.listen(this::follow);
        follow(layout.current());
    }

    @Override
    public String selfId() {
        return selfId;
    }

    @Override
    public List<NodeEntry> others() {
        return others;
    }

    @Override
    public @Nullable Channel live(String nodeId) {
        Pair pair = pairs.get(nodeId);
        return pair == null ? null : pair.live;
    }

    @Override
    public @Nullable Channel bulk(String nodeId) {
        Pair pair = pairs.get(nodeId);
        return pair == null ? null : pair.bulk;
    }

    /**
     * Dials again at once where the last attempt failed: gRPC itself would wait up to two minutes. Called for nodes
     * that do not answer heartbeats.
     */
    void hurry(String nodeId) {
        Pair pair = pairs.get(nodeId);
        if (pair != null) {
            pair.each(channel -> {
                if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                    channel.resetConnectBackoff();
                }
            });
        }
    }

    /** Cancels what is under way. */
    @Override
    public synchronized void close() {
        closed = true;
        pairs.values().forEach(Pair::close);
    }

    private synchronized void follow(ClusterPlan plan) {
        if (closed) {
            return;
        }
        List<NodeEntry> roster = plan.nodes().stream()
                .filter(entry -> !entry.nodeId().equals(selfId))
                .toList();
        Map<String, Pair> next = new HashMap<>();
        for (NodeEntry entry : roster) {
            Pair known = pairs.get(entry.nodeId());
            boolean keep = known != null && known.address.equals(entry.peerAddr());
            next.put(entry.nodeId(), keep ? known : new Pair(entry.peerAddr(), dialer));
        }
        Map<String, Pair> before = pairs;
        pairs = Map.copyOf(next);
        others = roster;
        before.forEach((nodeId, pair) -> {
            if (next.get(nodeId) != pair) {
                pair.close();
            }
        });
    }

    private static final class Pair {
        private final String address;
        private final ManagedChannel live;
        private final ManagedChannel bulk;

        Pair(String address, PeerDialer dialer) {
            this.address = address;
            this.live = dialer.dial(address);
            this.bulk = dialer.dialBulk(address);
        }

        void each(Consumer<ManagedChannel> action) {
            action.accept(live);
            action.accept(bulk);
        }

        void close() {
            live.shutdownNow();
            bulk.shutdownNow();
        }
    }
}
