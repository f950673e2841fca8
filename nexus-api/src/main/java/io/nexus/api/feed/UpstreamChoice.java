package io.nexus.api.feed;

import io.nexus.crdt.Cursor;
import io.nexus.crdt.Position;
import io.nexus.crdt.Upstream;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whom to follow in a stream: the owner if it can be reached, else another member, else whoever is further ahead than
 * this node. Those that no longer have the steps it needs come last, because from them the whole segment must be
 * fetched. Pure.
 */
final class UpstreamChoice {
    private UpstreamChoice() {}

    /**
     * @param member has a seat in the segment's group
     * @param incarnation and seq of its copy as last heard; seq -1: not heard
     */
    record Candidate(String nodeId, boolean owner, boolean member, boolean live, int incarnation, long seq) {
        boolean behind(Position here) {
            return incarnation < here.incarnation() || (incarnation == here.incarnation() && seq < here.seq());
        }

        boolean ahead(Position here) {
            return incarnation > here.incarnation() || (incarnation == here.incarnation() && seq > here.seq());
        }

        /** A member knows best itself where it is: what was heard of it may be older than what it sent. */
        @Nullable
        Cursor head(Position here) {
            boolean known = !member && seq >= 0 && incarnation == here.incarnation();
            return known ? Cursor.at(here).atSeq(seq) : null;
        }
    }

    /**
     * What is known of the nodes besides.
     *
     * @param reachable nodes that are up, not given up a moment ago and not full
     * @param tooOld nodes that no longer have the steps after this node's position
     * @param named followers that a full node named, best first: they are level with it but for a moment
     */
    record Terms(Predicate<String> reachable, Predicate<String> tooOld, List<String> named) {
        private int rank(Candidate candidate) {
            int at = named.indexOf(candidate.nodeId);
            return at < 0 ? named.size() : at;
        }
    }

    /** @param replace this node's copy is to be replaced: a node at an equal position will do */
    static Optional<Upstream> choose(List<Candidate> candidates, Terms terms, Position here, boolean replace) {
        return candidates.stream()
                .filter(c -> terms.reachable.test(c.nodeId))
                .filter(c -> useful(c, here, replace) || (!replace && terms.named.contains(c.nodeId)))
                .min(Comparator.comparing((Candidate c) -> terms.tooOld.test(c.nodeId))
                        .thenComparing(c -> !c.owner)
                        .thenComparing(c -> !c.member)
                        .thenComparing(terms::rank)
                        .thenComparing(Candidate::seq, Comparator.reverseOrder())
                        .thenComparing(Candidate::nodeId))
                .map(c -> new Upstream(c.nodeId, terms.named.contains(c.nodeId) ? null : c.head(here), c.member));
    }

    /** Anybody but a member must be known to have more; a whole segment is not asked of one known to be behind. */
    private static boolean useful(Candidate candidate, Position here, boolean replace) {
        if (candidate.owner) {
            return true;
        }
        if (candidate.member) {
            return candidate.seq < 0 || !replace || !candidate.behind(here);
        }
        return candidate.seq >= 0 && candidate.live && (candidate.ahead(here) || (replace && !candidate.behind(here)));
    }
}
