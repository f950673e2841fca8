package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import java.util.List;
import java.util.function.IntConsumer;
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
     * branch of position() with seq larger by one and a larger log index. The first write of a stream has seq 1, or seq
     * 0 and no rows. Digest and live count of {@code after} are computed by the store: those given are ignored.
     *
     * @return the position stored, with its digest and live count
     */
    Position commit(Position after, List<RowUpdate> updates);

    /**
     * Like {@link #commit} for a step that another node made: finds the rows' values before it by itself. May be the
     * first step of a newer incarnation.
     *
     * @return the position stored, equal to {@code step.after()}
     * @throws DigestMismatch if digest or live count would not be those of the step; nothing was written then
     */
    Position commitStep(Step step);

    /** Moves only term, index and clock of the position: for log entries that changed no row. Never goes back. */
    void advance(long term, long index, long clockMillis);

    /**
     * Changes some rows so that all of them are those of another node's position, in one atomic batch: digest and live
     * count are checked starting from what the rows really are, not from what was believed of them.
     *
     * @param found of this store as it is now
     * @param position where the rows are afterwards: ahead on the same branch, equal, or on a newer incarnation
     * @throws DigestMismatch if the rows would not be those of the position; nothing was written then
     * @throws IllegalArgumentException if the position is behind, or the store was written since it was recounted
     */
    void correct(Recount found, Position position, List<RowChange> changes);

    /** A consistent view of all rows with the position they belong to; null before the first write. */
    @Nullable
    StoreSnapshot snapshot();

    /**
     * Starts to replace the whole segment by rows from elsewhere; readers keep the old rows until it is finished. One
     * at a time.
     */
    Install install();

    /** Rows of one moment, in key order. Holds back compaction and the closing of the store: close it within minutes. */
    interface StoreSnapshot extends Rows, AutoCloseable {
        Position position();

        /**
         * The rows with keys in a range, in unsigned key order.
         *
         * @param to exclusive; empty: to the last row
         */
        void scanRange(byte[] from, byte[] to, RowVisitor visitor);

        /** Reads every row. {@code pace} hears the bytes of each row and may block, to read slowly. */
        Recount recount(IntConsumer pace);

        @Override
        void close();
    }

    /** A new generation of the segment's rows, written beside the current one. */
    interface Install extends AutoCloseable {
        /** Ascending keys. */
        void put(byte[] key, byte[] value);

        /**
         * Makes the new rows the segment's rows and flushes: on return they survive a crash. At the seq that the store
         * has, it keeps the log index that it has, if that is larger.
         *
         * @throws DigestMismatch if digest and live count of the position are not those of the rows
         * @throws IllegalArgumentException if the position is behind the one that the store has on the same branch, or
         *     of another segment
         */
        void finish(Position position);

        /** Abandons what was written unless finish returned. */
        @Override
        void close();
    }
}
