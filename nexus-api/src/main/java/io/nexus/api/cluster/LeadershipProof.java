package io.nexus.api.cluster;

import java.util.concurrent.CompletableFuture;

/**
 * Proves that this node still leads a group: a majority of its members say, after the question was asked, that their
 * term is still this leader's term. Ratis' own linearizable reads do not prove it after a leader was cut off.
 */
@FunctionalInterface
public interface LeadershipProof {
    /**
     * Completes with true when a round that began after the call found a majority; with false when this node does not
     * lead the segment, or no majority answered within a second. Never exceptionally. Calls share rounds.
     */
    CompletableFuture<Boolean> confirm(int segment);
}
