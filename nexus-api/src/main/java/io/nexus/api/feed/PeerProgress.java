package io.nexus.api.feed;

import io.nexus.api.cluster.PeerReport;
import io.nexus.api.cluster.PeerReports;
import java.util.ArrayList;
import java.util.List;

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
                    heard.add(new Progress(report.nodeId(), copy.incarnation(), copy.seq(), copy.intact()));
                }
            }
            return heard;
        };
    }

    /** A node's copy; {@code live} is false while it is suspect or being replaced. */
    record Progress(String nodeId, int incarnation, long seq, boolean live) {}
}
