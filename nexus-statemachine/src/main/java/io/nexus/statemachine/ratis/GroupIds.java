package io.nexus.statemachine.ratis;

import io.nexus.statemachine.model.Invariant;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;

/**
 * Names of the Raft groups of one cluster. The segment number is in the low bits because Ratis names threads and
 * metrics after the last twelve digits only.
 */
public final class GroupIds {
    private static final long SEGMENT_BITS = 0xffffL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private GroupIds() {}

    /**
     * The group of a segment.
     *
     * @param segment 0 for the meta group, at most 65535
     */
    public static RaftGroupId of(UUID clusterId, int segment) {
        Invariant.check((segment & ~SEGMENT_BITS) == 0, "segment %s out of range", segment);
        return RaftGroupId.valueOf(new UUID(clusterId.getMostSignificantBits(), VARIANT | segment));
    }

    public static int segment(RaftGroupId group) {
        return (int) (group.getUuid().getLeastSignificantBits() & SEGMENT_BITS);
    }

    /** True if the group is one of this cluster's. */
    public static boolean belongs(UUID clusterId, RaftGroupId group) {
        return of(clusterId, segment(group)).equals(group);
    }
}
