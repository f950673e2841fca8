package io.nexus.api.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last report of each node of the roster that was heard of since this node started. Thread-safe, never blocks. */
public interface PeerReports {
    @Nullable
    PeerReport report(String nodeId);

    List<PeerReport> reports();
}
