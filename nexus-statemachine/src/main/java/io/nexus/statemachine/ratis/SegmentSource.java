package io.nexus.statemachine.ratis;

import io.nexus.statemachine.storage.SegmentStore;

/**
 * Where a member that fell behind the log gets the whole segment from: any other node whose store is at or past the
 * wanted log index.
 */
public interface SegmentSource {
    /**
     * Pulls the segment into {@code store} through {@link SegmentStore#install}. Called on a thread of its own, one
     * call at a time for a segment; blocks until done. The thread is interrupted when the group closes: leave soon,
     * with the install abandoned. Throws an exception if no source could serve it now: the caller backs off and asks
     * again.
     */
    void pull(int segment, long minLogIndex, SegmentStore store) throws Exception;
}
