package io.nexus.statemachine.storage;

import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.HeapRecordStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Records without a disk. */
public final class InMemoryRecordDisk extends HeapRecordStore implements RecordDisk {
    private volatile RecordLife life = new RecordLife(0, false);

    @Override
    public RecordLife life() {
        return life;
    }

    @Override
    public void keep(RecordLife kept) {
        life = kept;
    }

    @Override
    public List<Conflict> conflicts(int max) {
        List<Conflict> newest = new ArrayList<>(conflicts());
        Collections.reverse(newest);
        return newest.subList(0, Math.min(max, newest.size()));
    }

    @Override
    public void close() {}
}
