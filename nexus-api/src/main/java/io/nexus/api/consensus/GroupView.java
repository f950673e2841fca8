package io.nexus.api.consensus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this node knows of one group; a cheap immutable snapshot. */
public interface GroupView {
    /** State of the group on this node; never null: an unhosted segment has hosted() false. */
    GroupState group(int segment);

    /** Node id of the segment's owner as far as this node knows, from its own member or from heartbeats. */
    @Nullable
    String owner(int segment);

    /**
     * One group on this node.
     *
     * @param leaderReady this node leads the group and has applied all that earlier leaders committed
     * @param term current term of this member, read at the moment of the call: proofs of leadership rest on it
     * @param members node ids of the group's configuration; while it changes, those before and those after
     * @param condition starting, live, installing or stopped
     */
    record GroupState(
            int segment,
            boolean hosted,
            boolean leaderReady,
            long term,
            @Nullable String leaderId,
            List<String> members,
            Condition condition) {}

    enum Condition {
        UNHOSTED,
        STARTING,
        LIVE,
        INSTALLING,
        STOPPED
    }
}
