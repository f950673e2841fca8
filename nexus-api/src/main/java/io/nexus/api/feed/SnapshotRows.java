package io.nexus.api.feed;

import io.nexus.crdt.repair.KeyRange;
import io.nexus.crdt.repair.SortedRows;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A snapshot of the store as a repair reads it, at its pace. Belongs to the thread of the repair. */
record SnapshotRows(StoreSnapshot snapshot, IntConsumer pace) implements SortedRows {
    @Override
    public void scan(KeyRange range, Visitor visitor) {
        snapshot.scanRange(range.from(), range.to(), (key, value) -> {
            pace.accept(key.length + value.length);
            visitor.row(key.clone(), value);
        });
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return snapshot.get(key);
    }
}
