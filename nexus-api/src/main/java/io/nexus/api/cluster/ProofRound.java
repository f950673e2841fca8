package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.peer.v1.LeadClaim;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One question to the members of some groups: is your term still mine? Confined to the cluster thread. */
final class ProofRound {
    private final long number;
    private final long sentNanos;
    private final Map<Integer, Claim> claims = new TreeMap<>();

    /** @param sentNanos a moment before the first question goes out */
    ProofRound(long number, long sentNanos) {
        this.number = number;
        this.sentNanos = sentNanos;
    }

    /** What this node claims of one group, and who agreed. */
    static final class Claim {
        private final int segment;
        private final long term;
        private final Set<String> members;
        private final Set<String> votes = new HashSet<>();

        private Claim(GroupState state) {
            segment = state.segment();
            term = state.term();
            members = Set.copyOf(state.members());
        }

        int segment() {
            return segment;
        }

        boolean hasMajority() {
            return votes.size() * 2 > members.size();
        }

        /** True if the group is still as it was when the round began. */
        boolean stillHolds(GroupState state) {
            return state.leaderReady()
                    && state.term() == term
                    && Set.copyOf(state.members()).equals(members);
        }

        long term() {
            return term;
        }
    }

    long number() {
        return number;
    }

    long sentNanos() {
        return sentNanos;
    }

    Collection<Claim> claims() {
        return List.copyOf(claims.values());
    }

    Claim claim(GroupState state, String selfId) {
        Claim claim = new Claim(state);
        claims.put(claim.segment, claim);
        vote(claim, selfId);
        return claim;
    }

    /** Counts a member's agreement; the claims that got their majority by it. */
    List<Claim> agreed(String nodeId, Collection<Integer> segments) {
        return segments.stream()
                .map(claims::get)
                .filter(claim -> claim != null && !claim.hasMajority())
                .filter(claim -> vote(claim, nodeId).hasMajority())
                .toList();
    }

    private static Claim vote(Claim claim, String nodeId) {
        if (claim.members.contains(nodeId)) {
            claim.votes.add(nodeId);
        }
        return claim;
    }

    boolean decided() {
        return claims.values().stream().allMatch(Claim::hasMajority);
    }

    /** Nodes other than this one that have a vote. */
    Set<String> voters(String selfId) {
        Set<String> voters = new TreeSet<>();
        claims.values().forEach(claim -> voters.addAll(claim.members));
        voters.remove(selfId);
        return voters;
    }

    List<LeadClaim> wire() {
        return claims.values().stream()
                .map(claim -> LeadClaim.newBuilder()
                        .setSegment(claim.segment)
                        .setTerm(claim.term)
                        .build())
                .toList();
    }
}
