package io.nexus.statemachine.storage;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Changes that go to disk together: rows of one generation with their entries in the subscriber index, and positions.
 * Keeps a {@link Tally} of the rows. Single-threaded; the caller holds the gate.
 */
final class RowBatch implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final RocksColumns columns;
    private final int prefix;
    private final Tally tally;
    private final WriteBatch batch = new WriteBatch();

    /** @param prefix segment and generation, see {@link DiskKeys#prefix} */
    RowBatch(RocksColumns columns, int prefix, Tally tally) {
        this.columns = columns;
        this.prefix = prefix;
        this.tally = tally;
    }

    void change(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        OptionalLong old = before == null ? OptionalLong.empty() : tally.remove(key, before);
        OptionalLong fresh = after == null ? OptionalLong.empty() : tally.add(key, after);
        try {
            byte[] rowKey = DiskKeys.row(prefix, key);
            if (after != null) {
                batch.put(columns.rows(), rowKey, after);
            } else {
                batch.delete(columns.rows(), rowKey);
            }
            if (!old.equals(fresh)) {
                if (old.isPresent()) {
                    batch.delete(columns.subscribers(), DiskKeys.subscriber(old.getAsLong(), prefix, key));
                }
                if (fresh.isPresent()) {
                    batch.put(columns.subscribers(), DiskKeys.subscriber(fresh.getAsLong(), prefix, key), NOTHING);
                }
            }
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot write", e);
        }
    }

    void position(StoredPosition stored) {
        try {
            batch.put(columns.positions(), DiskKeys.position(stored.position().stream()), stored.encode());
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot write", e);
        }
    }

    long bytes() {
        return batch.getDataSize();
    }

    /** Writes what was collected and is empty again. */
    void write() {
        columns.write(batch);
        batch.clear();
    }

    @Override
    public void close() {
        batch.close();
    }
}
