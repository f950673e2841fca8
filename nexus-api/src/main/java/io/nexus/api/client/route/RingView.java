package io.nexus.api.client.route;

import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.RingSegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ring as a node told it. Immutable.
 *
 * @param version of the placement
 * @param owners node id by segment; segments without a known owner are missing
 * @param segments by pool id
 * @param nodes ids of all nodes with a seat
 */
public record RingView(long version, Map<Integer, String> owners, Map<String, Integer> segments, Set<String> nodes) {
    static final RingView UNKNOWN = new RingView(0, Map.of(), Map.of(), Set.of());

    static RingView of(HashringResponse ring) {
        Map<Integer, String> owners = new HashMap<>();
        Map<String, Integer> segments = new HashMap<>();
        Set<String> nodes = new HashSet<>();
        for (RingSegment segment : ring.getSegmentsList()) {
            if (!segment.getOwner().isEmpty()) {
                owners.put(segment.getSegment(), segment.getOwner());
            }
            segment.getPoolsList().forEach(pool -> segments.put(pool, segment.getSegment()));
            nodes.addAll(segment.getMembersList());
        }
        return new RingView(ring.getVersion(), Map.copyOf(owners), Map.copyOf(segments), Set.copyOf(nodes));
    }

    boolean knows(String poolId) {
        return segments.containsKey(poolId);
    }

    /** Node id; null while unknown. */
    @Nullable
    String ownerOf(String poolId) {
        Integer segment = segments.get(poolId);
        return segment == null ? null : owners.get(segment);
    }
}
