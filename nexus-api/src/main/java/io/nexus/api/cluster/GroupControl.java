package io.nexus.api.cluster;

import io.nexus.statemachine.model.NodeEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Changes which groups run on this node and who their members are. Never blocks; a future may fail although the change
 * happened, and each operation does nothing where it is done already, so that it can be asked for again.
 */
public interface GroupControl {
    /** Founds the group with all its members; the same call on each of them. */
    CompletableFuture<Void> createGroup(int segment, List<NodeEntry> members);

    /** Starts an empty member that waits for the leader to take it in; it cannot vote or stand before. */
    CompletableFuture<Void> createEmpty(int segment);

    /** Gives a member's seat to another node, where {@link #createEmpty} was done before. Only on the leader. */
    CompletableFuture<Void> replaceMember(int segment, String oldNodeId, NodeEntry replacement);

    /** Stops the group here and deletes its log; its rows stay in the store. */
    CompletableFuture<Void> removeGroup(int segment);
}
