package io.nexus.statemachine.storage;

import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.RecordStore;
import java.util.List;

/** Port: a node's records and what it must remember of its runs. As {@link RecordStore}. */
public interface RecordDisk extends RecordStore, AutoCloseable {
    /** As it was kept last; incarnation 0 and not clean if never. */
    RecordLife life();

    /** Durable when it returns; before the first write of an incarnation, and at an orderly end. */
    void keep(RecordLife life);

    /** The newest first, at most so many. */
    List<Conflict> conflicts(int max);

    /** Waits for readers, then closes. Idempotent. */
    @Override
    void close();
}
