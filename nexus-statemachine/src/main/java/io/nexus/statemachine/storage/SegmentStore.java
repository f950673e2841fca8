package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One segment on this node, hosted or followed: the same format for both.
 *
 * <p>Threads: one writer at a time calls commit, advance and install (a member's Raft updater, or the feed); readers
 * may be on any thread. Blocking: all calls may block on disk. Failure: a storage failure throws
 * {@link StorageFailure}, after which the node must stop; nothing is retried. Ownership: arrays given to the store
 * must not be modified afterwards.
 */
public interface SegmentStore extends Rows {
    int segment();

    /** Up to where the rows are complete now, memory included; null before the first write. */
    @Nullable
    Position position();

    /** Up to where the rows are complete after a crash; null before the first flush. Never beyond position(). */
    @Nullable
    Position flushedPosition();

    /**
     * Writes the rows and the position in one atomic batch, without a write-ahead log. {@code after} must be on the
     * branch of position() with seq larger by one, except for the first write of a stream. Digest and live count of
     * {@code after} are computed by the store: those given are ignored.
     *
     * @return the position stored, with its digest and live count
     */
    Position commit(Position after, List<RowUpdate> updates);

    /** Moves only term, index and clock of the position: for log entries that changed no row. Never goes back. */
    void advance(long term, long index, long clockMillis);

    /** A consistent view of all rows with the position they belong to; null before the first write. */
    @Nullable
    StoreSnapshot snapshot();

    /** Starts to replace the whole segment by rows from elsewhere; readers keep the old rows until it is finished. */
    Install install();

    /** Rows of one moment, in key order. Holds back compaction: close it within minutes. */
    interface StoreSnapshot extends Rows, AutoCloseable {
        Position position();

        @Override
        void close();
    }

    /** A new generation of the segment's rows, written beside the current one. */
    interface Install extends AutoCloseable {
        /** Ascending keys. */
        void put(byte[] key, byte[] value);

        /**
         * Makes the new rows the segment's rows and flushes: on return they survive a crash. Fails if the position is
         * behind the one that the store has (same branch), or if digest and live count do not match the rows.
         */
        void finish(Position position);

        /** Abandons what was written unless finish returned. */
        @Override
        void close();
    }
}
