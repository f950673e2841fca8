package io.nexus.api.feed;

import org.jspecify.annotations.Nullable;

/** How this node's copies of the segments are doing, hosted and followed alike. Thread-safe, never blocks. */
public interface Copies {
    /** Null for a segment that is not followed here: its log writes it, or nobody does yet. */
    @Nullable
    FollowState state(int segment);

    /**
     * Steps that another node said to have and this node has not; 0 while nobody was heard of. What was said may be
     * older than this node's copy, never newer than the truth: the real lag may be larger.
     */
    long lag(int segment);
}
