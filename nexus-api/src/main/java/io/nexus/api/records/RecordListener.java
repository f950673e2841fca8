package io.nexus.api.records;

import io.nexus.crdt.records.RecordBatch;

/** Hears of every change of this node's records after it is stored, on the writer thread: must not block or throw. */
@FunctionalInterface
public interface RecordListener {
    void changed(RecordBatch batch);
}
