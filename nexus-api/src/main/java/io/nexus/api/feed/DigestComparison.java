package io.nexus.api.feed;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.GroupView;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the digests of this node's copies with those that the others told by heartbeat, where both were at the same
 * seq of the same incarnation. Thread-safe, does not block.
 */
final class DigestComparison {
    private final FeedHub hub;
    private final PeerProgress progress;
    private final ClusterView cluster;
    private final GroupView groups;

    DigestComparison(FeedHub hub, PeerProgress progress, ClusterView cluster, GroupView groups) {
        this.hub = hub;
        this.progress = progress;
        this.cluster = cluster;
        this.groups = groups;
    }

    /** A segment in which another node has or had other rows at an equal position; empty if none is known. */
    Optional<PeerProgress.Progress> difference(int segment) {
        return progress.of(segment).stream()
                .filter(peer -> differs(segment, peer))
                .findFirst();
    }

    /**
     * Which side is wrong if every copy is what its own position says. A follower is, where a member differs. Among
     * members it is the smaller side of those that were heard at one position; of two equal sides the one without the
     * owner.
     */
    boolean weAreWrong(int segment) {
        List<String> members = members(segment);
        List<PeerProgress.Progress> others = progress.of(segment).stream()
                .filter(peer -> members.contains(peer.nodeId()))
                .toList();
        List<String> against = new ArrayList<>();
        int forUs = 1;
        for (PeerProgress.Progress peer : others) {
            Digest own = hub.digestAt(segment, peer.incarnation(), peer.seq());
            if (own != null && peer.digest() != null) {
                if (own.equals(peer.digest())) {
                    forUs++;
                } else {
                    against.add(peer.nodeId());
                }
            }
        }
        if (!members.contains(cluster.selfId())) {
            return !against.isEmpty();
        }
        @Nullable String owner = groups.owner(segment);
        return against.size() > forUs || (against.size() == forUs && owner != null && against.contains(owner));
    }

    private boolean differs(int segment, PeerProgress.Progress peer) {
        Digest own = hub.digestAt(segment, peer.incarnation(), peer.seq());
        return peer.live() && own != null && peer.digest() != null && !own.equals(peer.digest());
    }

    private List<String> members(int segment) {
        List<List<String>> seats = cluster.plan().seats();
        return segment < seats.size() ? seats.get(segment) : List.of();
    }

    /** Null unless the store is there now. */
    static @Nullable Digest digestOf(@Nullable Position here, int incarnation, long seq) {
        if (here == null || here.incarnation() != incarnation || here.seq() != seq) {
            return null;
        }
        return here.digest();
    }
}
