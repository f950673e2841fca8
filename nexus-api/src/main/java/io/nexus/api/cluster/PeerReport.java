package io.nexus.api.cluster;

import io.nexus.api.peer.v1.Head;
import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.Progress;
import io.nexus.crdt.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node said of itself in its last answered heartbeat.
 *
 * @param receivedNanos when, by {@link System#nanoTime}
 * @param hosted segments whose group runs there
 * @param led segments that it provably led
 * @param copies its copy of each segment
 */
public record PeerReport(
        String nodeId, long receivedNanos, Set<Integer> hosted, Map<Integer, Led> led, Map<Integer, Copy> copies) {

    /**
     * A segment that the node led.
     *
     * @param seated this node is in the group's configuration, as its leader knows it
     */
    public record Led(long term, boolean seated) {}

    /**
     * A node's copy of a segment.
     *
     * @param intact false while it is suspect or being replaced
     * @param digest of its rows at this seq; null if it did not tell
     * @param leader node id that the other node takes for the leader; null if it knows none
     */
    public record Copy(
            int incarnation,
            long seq,
            boolean intact,
            @Nullable String leader,
            long term,
            @Nullable Digest digest) {
        public Copy(int incarnation, long seq, boolean intact, @Nullable String leader, long term) {
            this(incarnation, seq, intact, leader, term, null);
        }
    }

    static PeerReport of(HeartbeatReply reply, long receivedNanos) {
        Map<Integer, Led> led = new HashMap<>();
        for (Head head : reply.getHeadsList()) {
            led.put(head.getSegment(), new Led(head.getTerm(), head.getSeated()));
        }
        Map<Integer, Copy> copies = new HashMap<>();
        for (Progress copy : reply.getProgressList()) {
            copies.put(
                    copy.getSegment(),
                    new Copy(
                            copy.getIncarnation(),
                            copy.getSeq(),
                            copy.getLive(),
                            copy.getLeader().isEmpty() ? null : copy.getLeader(),
                            copy.getTerm(),
                            new Digest(copy.getDigestHi(), copy.getDigestLo())));
        }
        return new PeerReport(
                reply.getNodeId(),
                receivedNanos,
                Set.copyOf(reply.getHostedList()),
                Map.copyOf(led),
                Map.copyOf(copies));
    }
}
