package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.RowChange;
import io.nexus.statemachine.ratis.SegmentSource;
import io.nexus.statemachine.storage.DigestMismatch;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a whole segment to a member whose log does not lead to it any more, from the first node that has enough of it:
 * the owner, the other members, then any follower. Blocks its caller; one call for a segment at a time.
 */
public final class SegmentPuller implements SegmentSource {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentPuller.class);
    private static final long SILENT_SECONDS = 15;

    private final Peers peers;
    private final ClusterView cluster;
    private final Upstreams upstreams;
    private final FeedListener listener;
    private final FeedMetrics metrics;

    /** @param listener hears of the install, on the caller's thread */
    public SegmentPuller(
            Peers peers, GroupView groups, ClusterView cluster, FeedListener listener, FeedMetrics metrics) {
        this.peers = peers;
        this.cluster = cluster;
        this.upstreams = new Upstreams(peers, groups, cluster, segment -> List.of());
        this.listener = listener;
        this.metrics = metrics;
    }

    @Override
    public void pull(int segment, long minLogIndex, SegmentStore store) throws Exception {
        IOException refused = new IOException("no node to pull segment " + segment + " from");
        for (String peer : upstreams.sources(segment)) {
            try {
                pullFrom(peer, segment, minLogIndex, store);
                listener.onInstalled(segment);
                return;
            } catch (IOException e) {
                LOG.atDebug()
                        .addKeyValue("segment", segment)
                        .addKeyValue("peer", peer)
                        .setCause(e)
                        .log("segment not pulled");
                refused.addSuppressed(e);
            }
        }
        throw refused;
    }

    private void pullFrom(String peer, int segment, long minLogIndex, SegmentStore store)
            throws IOException, InterruptedException {
        Channel channel = peers.bulk(peer);
        if (channel == null) {
            throw new IOException(peer + " left the roster");
        }
        Arrivals arrivals = new Arrivals();
        CatchUpCall call = new CatchUpCall(arrivals);
        try (SegmentStore.Install install = store.install()) {
            call.start(
                    channel,
                    CatchUpRequest.newBuilder()
                            .setClusterId(cluster.plan().clusterId())
                            .setFrom(peers.selfId())
                            .setStream(segment)
                            .setMinLogIndex(minLogIndex)
                            .build());
            install(install, arrivals, call);
        } catch (CorruptBytes | DigestMismatch | IllegalArgumentException e) {
            throw new IOException("what " + peer + " sent is of no use", e);
        } finally {
            call.cancel();
        }
    }

    private void install(SegmentStore.Install install, Arrivals arrivals, CatchUpCall call)
            throws IOException, InterruptedException {
        while (true) {
            CatchUpChunk chunk = arrivals.next();
            if (chunk.getLast()) {
                install.finish(Wire.position(chunk));
                return;
            }
            metrics.caughtUp(chunk.getRows().size());
            for (RowChange row : Wire.rows(chunk)) {
                byte[] value = row.value();
                if (value == null) {
                    throw new CorruptBytes("a deleted row in a whole segment");
                }
                install.put(row.key(), value);
            }
            call.taken();
        }
    }

    /** What has come and was not taken yet; bounded by what the call asks for. */
    private static final class Arrivals implements CatchUpCall.Answers {
        private final BlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();

        private record Arrival(
                @Nullable CatchUpChunk chunk, @Nullable Throwable cause) {}

        @Override
        public void chunk(CatchUpChunk chunk) {
            queue.add(new Arrival(chunk, null));
        }

        @Override
        public void ended(@Nullable Throwable cause) {
            queue.add(new Arrival(null, cause));
        }

        CatchUpChunk next() throws IOException, InterruptedException {
            Arrival arrival = queue.poll(SILENT_SECONDS, TimeUnit.SECONDS);
            if (arrival == null) {
                throw new IOException("silent for " + SILENT_SECONDS + " s");
            }
            if (arrival.chunk == null) {
                throw new IOException("ended before the last chunk", arrival.cause);
            }
            return arrival.chunk;
        }
    }
}
