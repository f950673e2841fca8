package io.nexus.statemachine.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Does to a store on disk what a failing disk or a stray write does: rows change and nothing else knows. */
public final class StoreDamage {
    private StoreDamage() {}

    /** @param value null: the row is gone */
    public static void alter(RocksNodeStore store, int segment, byte[] key, byte @Nullable [] value) {
        RocksColumns columns = store.columns();
        columns.enter();
        try (WriteBatch batch = new WriteBatch()) {
            int prefix = DiskKeys.prefix(segment, store.segment(segment).generation());
            byte[] row = DiskKeys.row(prefix, key);
            if (value == null) {
                batch.delete(columns.rows(), row);
            } else {
                batch.put(columns.rows(), row, value);
            }
            columns.write(batch);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot damage", e);
        } finally {
            columns.leave();
        }
    }
}
