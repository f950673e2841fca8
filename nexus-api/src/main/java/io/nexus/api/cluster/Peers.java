package io.nexus.api.cluster;

import io.grpc.Channel;
import io.nexus.statemachine.model.NodeEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections to the other nodes' peer port, owned and closed by the cluster package. Thread-safe, never blocks. */
public interface Peers {
    String selfId();

    /** The roster without this node. */
    List<NodeEntry> others();

    /** For small, urgent messages; null if the node is not in the roster. Calls on it need a deadline. */
    @Nullable
    Channel live(String nodeId);

    /** For bulk transfers, so that they do not delay the others; null if the node is not in the roster. */
    @Nullable
    Channel bulk(String nodeId);
}
