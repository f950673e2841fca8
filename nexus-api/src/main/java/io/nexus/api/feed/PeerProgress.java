package io.nexus.api.feed;

import io.nexus.api.cluster.PeerReport;
import io.nexus.api.cluster.PeerReports;
import io.nexus.crdt.Digest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the other nodes last said of their copies, by heartbeat. Thread-safe, never blocks; may be old. */
@FunctionalInterface
public interface PeerProgress {
    /** One row for each node that was heard of since this node started. */
    List<Progress> of(int segment);

    /** From the heartbeats. */
    static PeerProgress from(PeerReports heartbeats) {
        return segment -> {
            List<Progress> heard = new ArrayList<>();
            for (PeerReport report : heartbeats.reports()) {
                PeerReport.Copy copy = report.copies().get(segment);
                if (copy != null) {
                    heard.add(new Progress(
                            report.nodeId(), copy.incarnation(), copy.seq(), copy.intact(), copy.digest()));
                }
            }
            return heard;
        };
    }

    /**
     * A node's copy.
     *
     * @param live false while it is suspect or being replaced
     * @param digest at this seq; null if not told
     */
    record Progress(
            String nodeId,
            int incarnation,
            long seq,
            boolean live,
            @Nullable Digest digest) {
        Progress(String nodeId, int incarnation, long seq, boolean live) {
            this(nodeId, incarnation, seq, live, null);
        }
    }
}
