package io.nexus.api.feed;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.crdt.Position;
import io.nexus.crdt.Upstream;
import io.nexus.statemachine.model.NodeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who could be followed in a stream, from what this node knows of the others. Thread-safe, never blocks. */
final class Upstreams {
    private final Peers peers;
    private final GroupView groups;
    private final ClusterView cluster;
    private final PeerProgress progress;

    Upstreams(Peers peers, GroupView groups, ClusterView cluster, PeerProgress progress) {
        this.peers = peers;
        this.groups = groups;
        this.cluster = cluster;
        this.progress = progress;
    }

    /** See {@link UpstreamChoice#choose}. */
    Optional<Upstream> choose(int stream, UpstreamChoice.Terms terms, Position here, boolean replace) {
        UpstreamChoice.Terms alive =
                new UpstreamChoice.Terms(up().and(terms.reachable()), terms.tooOld(), terms.named());
        return UpstreamChoice.choose(candidates(stream), alive, here, replace);
    }

    /**
     * True if a relay is followed though a member could be.
     *
     * @param tooOld said that it no longer has the steps: a relay that has them is as good as it gets
     */
    boolean betterThan(int stream, String upstream, Predicate<String> allowed, Predicate<String> tooOld) {
        List<String> members = members(stream);
        Predicate<String> better = up().and(allowed).and(tooOld.negate());
        return !members.contains(upstream)
                && members.stream().anyMatch(m -> !m.equals(peers.selfId()) && better.test(m));
    }

    /** The highest seq that a node which can be asked said to have of this incarnation; -1 if none did. */
    long bestKnown(int stream, int incarnation) {
        return progress.of(stream).stream()
                .filter(p -> p.incarnation() == incarnation && up().test(p.nodeId()))
                .mapToLong(PeerProgress.Progress::seq)
                .max()
                .orElse(-1);
    }

    /** Where the node said to be in this incarnation; -1 if it did not. */
    long known(int stream, int incarnation, String nodeId) {
        return progress.of(stream).stream()
                .filter(p -> p.incarnation() == incarnation && p.nodeId().equals(nodeId))
                .mapToLong(PeerProgress.Progress::seq)
                .max()
                .orElse(-1);
    }

    /** The owner, then members, then everybody else; only nodes that are not known to be down. */
    List<String> sources(int stream) {
        @Nullable String owner = groups.owner(stream);
        List<String> members = members(stream);
        return candidates(stream).stream()
                .map(UpstreamChoice.Candidate::nodeId)
                .filter(up())
                .sorted(java.util.Comparator.comparing((String n) -> !n.equals(owner))
                        .thenComparing(n -> !members.contains(n)))
                .toList();
    }

    private Predicate<String> up() {
        return node -> cluster.liveness(node).state() != ClusterView.State.DOWN;
    }

    private List<String> members(int stream) {
        List<List<String>> seats = cluster.plan().seats();
        return stream < seats.size() ? seats.get(stream) : List.of();
    }

    private List<UpstreamChoice.Candidate> candidates(int stream) {
        @Nullable String owner = groups.owner(stream);
        List<String> members = members(stream);
        List<PeerProgress.Progress> heard = progress.of(stream);
        List<UpstreamChoice.Candidate> candidates = new ArrayList<>();
        for (NodeEntry node : peers.others()) {
            String id = node.nodeId();
            PeerProgress.Progress of = heard.stream()
                    .filter(p -> p.nodeId().equals(id))
                    .findFirst()
                    .orElse(new PeerProgress.Progress(id, 0, -1, false));
            candidates.add(new UpstreamChoice.Candidate(
                    id, id.equals(owner), members.contains(id), of.live(), of.incarnation(), of.seq()));
        }
        return candidates;
    }
}
