package io.nexus.crdt.records;

import java.util.List;

/** A store at one moment. One thread at a time; holds resources until it is closed. */
public interface RecordSnapshot extends AutoCloseable {
    RecordState state();

    /** All revisions in the order of their keys. */
    Cursor all();

    /** Those whose write is not in this vector, also those that this store's own vector does not have yet. */
    Cursor beyond(VersionVector known);

    @Override
    void close();

    /** Goes over revisions once; not to be used after its snapshot is closed. */
    interface Cursor {
        /** The next ones: at least one, then as many as fit in so many bytes; empty at the end. */
        List<Revision> next(int bytesMax);
    }
}
