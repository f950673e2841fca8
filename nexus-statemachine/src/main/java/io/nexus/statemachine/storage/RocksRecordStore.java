package io.nexus.statemachine.storage;

import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.StateCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The records of a node in a RocksDB of their own, because it is kept otherwise than the segments' store: with a
 * write-ahead log that is synced, since no other log has a node's own writes. What a crash leaves is everything up to
 * some commit, all durable ones included. Keys: {@link RecordKeys}.
 */
public final class RocksRecordStore implements RecordDisk {
    /** Conflicts that are kept; the oldest go first. */
    public static final int CONFLICTS_MAX = 10_000;

    private static final byte[] FORMAT = "nexus-records 1".getBytes(StandardCharsets.UTF_8);

    private final RecordDatabase database;
    private volatile RecordState state;
    private long conflictsEnd;

    private RocksRecordStore(RecordDatabase database) {
        this.database = database;
        this.state = RecordState.EMPTY;
    }

    /**
     * Opens the store, or makes an empty one.
     *
     * @param directory of the records alone; made if missing
     * @throws StorageFailure if another process has it, if it is damaged, or if its format is not known
     */
    public static RocksRecordStore open(Path directory, StoreOptions options) {
        RocksRecordStore store = new RocksRecordStore(RecordDatabase.open(directory, options));
        try {
            store.load();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void load() {
        byte[] format = database.get(RecordKeys.FORMAT);
        if (format == null) {
            database.write(batch -> batch.put(RecordKeys.FORMAT, FORMAT), true);
        } else if (!Arrays.equals(format, FORMAT)) {
            throw new StorageFailure("the records' format is '" + new String(format, StandardCharsets.UTF_8)
                    + "', this program knows '" + new String(FORMAT, StandardCharsets.UTF_8) + "'");
        }
        byte[] stored = database.get(RecordKeys.STATE);
        state = stored == null ? RecordState.EMPTY : StateCodec.decode(stored);
        List<byte[]> last = new ArrayList<>();
        database.scanDown(RecordKeys.CONFLICT, (key, value) -> {
            last.add(key);
            return false;
        });
        conflictsEnd = last.isEmpty() ? 0 : RecordKeys.conflictNumber(last.get(0)) + 1;
    }

    /* --------------- lives --------------- */

    @Override
    public RecordLife life() {
        byte[] bytes = database.get(RecordKeys.LIFE);
        if (bytes == null) {
            return new RecordLife(0, false);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RecordLife(in.getLong(), in.get() == 1);
    }

    @Override
    public void keep(RecordLife life) {
        byte[] bytes = ByteBuffer.allocate(9)
                .putLong(life.incarnation())
                .put((byte) (life.clean() ? 1 : 0))
                .array();
        database.write(batch -> batch.put(RecordKeys.LIFE, bytes), true);
    }

    /* --------------- records --------------- */

    @Override
    public RecordState state() {
        return state;
    }

    @Override
    public @Nullable Revision get(String key) {
        byte[] bytes = database.get(RecordKeys.text(RecordKeys.RECORD, key));
        return bytes == null ? null : RevisionCodec.decode(bytes);
    }

    @Override
    public List<Revision> range(String after, @Nullable String before, int max) {
        List<Revision> found = new ArrayList<>();
        byte[] start = RecordKeys.text(RecordKeys.RECORD, after);
        database.scan(start, (key, value) -> {
            boolean inside = before == null || RecordKeys.text(key).compareTo(before) < 0;
            if (inside && !Arrays.equals(key, start)) {
                found.add(RevisionCodec.decode(value));
            }
            return inside && found.size() < max;
        });
        return found;
    }

    @Override
    public List<Revision> tombstones(String after, int max) {
        List<Revision> found = new ArrayList<>();
        byte[] start = RecordKeys.text(RecordKeys.TOMBSTONE, after);
        database.scan(start, (key, value) -> {
            Revision tombstone = Arrays.equals(key, start) ? null : get(RecordKeys.text(key));
            if (tombstone != null && !tombstone.live()) {
                found.add(tombstone);
            }
            return found.size() < max;
        });
        return found;
    }

    @Override
    public List<Conflict> conflicts(int max) {
        List<Conflict> found = new ArrayList<>();
        database.scanDown(RecordKeys.CONFLICT, (key, value) -> {
            found.add(StateCodec.decodeConflict(value));
            return found.size() < max;
        });
        return found;
    }

    @Override
    public void commit(RecordBatch batch, boolean durable) {
        long end = conflictsEnd + batch.conflicts().size();
        database.write(
                rows -> {
                    for (RecordBatch.Change change : batch.changes()) {
                        put(rows, change);
                    }
                    long number = conflictsEnd;
                    for (Conflict conflict : batch.conflicts()) {
                        rows.put(RecordKeys.conflict(number), StateCodec.encode(conflict));
                        if (number >= CONFLICTS_MAX) {
                            rows.delete(RecordKeys.conflict(number - CONFLICTS_MAX));
                        }
                        number++;
                    }
                    rows.put(RecordKeys.STATE, StateCodec.encode(batch.after()));
                },
                durable);
        conflictsEnd = end;
        state = batch.after();
    }

    private static void put(WriteBatch rows, RecordBatch.Change change) throws RocksDBException {
        Revision before = change.before();
        Revision after = change.after();
        if (before != null && (after == null || !after.dot().equals(before.dot()))) {
            rows.delete(RecordKeys.dot(before.dot()));
        }
        if (before != null && !before.live() && (after == null || after.live())) {
            rows.delete(RecordKeys.text(RecordKeys.TOMBSTONE, change.key()));
        }
        byte[] key = RecordKeys.text(RecordKeys.RECORD, change.key());
        if (after == null) {
            rows.delete(key);
            return;
        }
        rows.put(key, RevisionCodec.encode(after));
        rows.put(RecordKeys.dot(after.dot()), change.key().getBytes(StandardCharsets.UTF_8));
        if (!after.live()) {
            rows.put(RecordKeys.text(RecordKeys.TOMBSTONE, change.key()), new byte[0]);
        }
    }

    @Override
    public RecordSnapshot snapshot() {
        return new RocksRecordSnapshot(database);
    }

    @Override
    public void close() {
        database.close();
    }

    static List<Revision> page(RocksIterator rows, int bytesMax) {
        List<Revision> page = new ArrayList<>();
        long bytes = 0;
        while (rows.isValid() && rows.key()[0] == RecordKeys.RECORD && (page.isEmpty() || bytes < bytesMax)) {
            byte[] value = rows.value();
            bytes += value.length;
            page.add(RevisionCodec.decode(value));
            rows.next();
        }
        RocksView.check(rows);
        return page;
    }
}
