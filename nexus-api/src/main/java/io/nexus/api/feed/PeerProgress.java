package io.nexus.api.feed;

import java.util.List;

/** What the other nodes last said of their copies, by heartbeat. Thread-safe, never blocks; may be old. */
@FunctionalInterface
public interface PeerProgress {
    /** One row for each node that was heard of since this node started. */
    List<Progress> of(int segment);

    /** A node's copy; {@code live} is false while it is suspect or being replaced. */
    record Progress(String nodeId, int incarnation, long seq, boolean live) {}
}
