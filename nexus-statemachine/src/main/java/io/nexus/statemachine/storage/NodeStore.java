package io.nexus.statemachine.storage;

/**
 * Everything a node stores: one database for all segments, so that one flush serves every group and one seek finds
 * all allocations of a subscriber. Thread-safe; calls may block on disk.
 */
public interface NodeStore extends AutoCloseable {
    /** The segment's store; the same object for each call. */
    SegmentStore segment(int segment);

    /**
     * Makes durable everything written before the call, in all segments at one consistent cut. Concurrent calls share
     * one flush.
     */
    void flush();

    /** All rows found by a subscriber hash in all segments: the segment number and the row. */
    void holdings(long subscriberHash, HoldingVisitor visitor);

    /** Who hears of every commit from now on, in the place of whoever did before. */
    void listen(CommitListener commits);

    /** Bytes on disk. */
    long sizeBytes();

    /** Waits for readers, then closes. What was not flushed may be lost. Idempotent. */
    @Override
    void close();

    @FunctionalInterface
    interface HoldingVisitor {
        void row(int segment, byte[] key, byte[] value);
    }
}
