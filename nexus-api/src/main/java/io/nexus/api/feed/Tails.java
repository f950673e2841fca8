package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.cluster.Peers;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.crdt.Cursor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Tail calls of this node: one to each peer that is followed in any stream. Writer thread only. */
final class Tails implements PeerTail.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Tails.class);

    private final Peers peers;
    private final Supplier<String> clusterId;
    private final Executor writer;
    private final BiConsumer<String, TailBatch> batches;
    private final Consumer<String> lost;
    private final Map<String, Line> lines = new HashMap<>();

    /**
     * @param batches hears what a peer sent
     * @param lost hears that the call to a peer ended
     */
    Tails(
            Peers peers,
            Supplier<String> clusterId,
            Executor writer,
            BiConsumer<String, TailBatch> batches,
            Consumer<String> lost) {
        this.peers = peers;
        this.clusterId = clusterId;
        this.writer = writer;
        this.batches = batches;
        this.lost = lost;
    }

    private record Line(PeerTail tail, Set<Integer> streams) {}

    /** False if the peer is not in the roster any more. */
    boolean subscribe(String peer, Cursor from) {
        Line line = lines.get(peer);
        if (line == null) {
            Channel channel = peers.live(peer);
            if (channel == null) {
                return false;
            }
            PeerTail tail = new PeerTail(peer, peers.selfId(), clusterId.get(), writer, this);
            tail.open(channel);
            line = new Line(tail, new TreeSet<>());
            lines.put(peer, line);
        }
        line.streams.add(from.stream());
        line.tail.subscribe(from);
        return true;
    }

    void unsubscribe(String peer, int stream) {
        Line line = lines.get(peer);
        if (line == null || !line.streams.remove(stream)) {
            return;
        }
        if (line.streams.isEmpty()) {
            lines.remove(peer);
            line.tail.close();
        } else {
            line.tail.unsubscribe(stream);
        }
    }

    void acknowledge(String peer, Cursor applied) {
        Line line = lines.get(peer);
        if (line != null) {
            line.tail.acknowledge(applied);
        }
    }

    /** When the peer last said anything; {@code otherwise} if there is no call to it. */
    long heardNanos(String peer, long otherwise) {
        Line line = lines.get(peer);
        return line == null ? otherwise : line.tail.heardNanos();
    }

    void close() {
        lines.values().forEach(line -> line.tail.close());
        lines.clear();
    }

    @Override
    public void batch(PeerTail from, TailBatch batch) {
        Line line = lines.get(from.peer());
        if (line != null && line.tail == from) {
            batches.accept(from.peer(), batch);
        }
    }

    @Override
    public void ended(PeerTail tail, @Nullable Throwable cause) {
        Line line = lines.get(tail.peer());
        if (line == null || line.tail != tail) {
            return;
        }
        lines.remove(tail.peer());
        LOG.atInfo()
                .addKeyValue("peer", tail.peer())
                .addKeyValue("streams", line.streams)
                .addKeyValue("cause", String.valueOf(cause))
                .log("tail ended");
        lost.accept(tail.peer());
    }
}
