package io.nexus.crdt.records;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port: where a replica keeps its revisions. Reading from any thread, {@link #commit} from one. May block on disk;
 * failures are unchecked exceptions, after which the replica must not go on.
 */
public interface RecordStore {
    /** As of the last commit. */
    RecordState state();

    /** The current revision of a record, perhaps a tombstone; null if there is none. */
    @Nullable
    Revision get(String key);

    /**
     * Revisions in the order of their keys.
     *
     * @param after only keys greater than this one
     * @param before only keys less than this one; null: no bound
     * @param max at most so many
     */
    List<Revision> range(String after, @Nullable String before, int max);

    /** Some tombstones, at most so many, with keys greater than this one. */
    List<Revision> tombstones(String after, int max);

    /**
     * Applies the batch whole or not at all.
     *
     * @param durable when it returns, this and everything before survives a loss of power
     */
    void commit(RecordBatch batch, boolean durable);

    /** The present, unchanging. */
    RecordSnapshot snapshot();
}
