package io.nexus.statemachine.storage;

import io.nexus.statemachine.storage.Rows.RowTaker;
import io.nexus.statemachine.storage.Rows.RowVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Reads through given options: of the present, or of one snapshot. Rows are named by segment and generation, see
 * {@link DiskKeys#prefix}. Thread-safe as far as the visitors are; the caller holds the gate.
 */
final class RocksView {
    private final RocksColumns columns;
    private final IndexRule rule;
    private final ReadOptions options;
    private final ReadOptions bySubscriber;

    RocksView(RocksColumns columns, IndexRule rule, ReadOptions options, ReadOptions bySubscriber) {
        this.columns = columns;
        this.rule = rule;
        this.options = options;
        this.bySubscriber = bySubscriber;
    }

    byte @Nullable [] get(int prefix, byte[] key) {
        return columns.get(columns.rows(), options, DiskKeys.row(prefix, key));
    }

    @Nullable
    StoredPosition position(int segment) {
        byte[] bytes = columns.get(columns.positions(), options, DiskKeys.position(segment));
        return bytes == null ? null : StoredPosition.decode(bytes);
    }

    /** Visits the rows with keys from start on that share its first bytes. */
    void scan(int prefix, byte[] start, RowVisitor visitor) {
        scan(prefix, start, () -> true, visitor);
    }

    /**
     * Visits them, unless the generation turns out to be replaced already.
     *
     * @param valid asked once when the view of this scan is fixed
     * @return false, with nothing visited, if it was not valid
     */
    boolean scan(int prefix, byte[] start, BooleanSupplier valid, RowVisitor visitor) {
        return scan(prefix, start, start, valid, (key, value) -> {
            visitor.row(key, value);
            return true;
        });
    }

    /**
     * The same from a key on, until the visitor has had enough.
     *
     * @param from with or behind start
     */
    boolean scan(int prefix, byte[] start, byte[] from, BooleanSupplier valid, RowTaker visitor) {
        try (Slice end = new Slice(DiskKeys.after(DiskKeys.row(prefix, start)));
                ReadOptions bounded = new ReadOptions(options).setIterateUpperBound(end);
                RocksIterator rows = columns.db().newIterator(columns.rows(), bounded)) {
            if (!valid.getAsBoolean()) {
                return false;
            }
            rows.seek(DiskKeys.row(prefix, Arrays.compareUnsigned(from, start) < 0 ? start : from));
            boolean more = true;
            while (more && rows.isValid()) {
                byte[] key = rows.key();
                more = visitor.take(Arrays.copyOfRange(key, DiskKeys.PREFIX, key.length), rows.value());
                rows.next();
            }
            check(rows);
        }
        return true;
    }

    /**
     * The allocations of a subscriber in the generations that are wanted.
     *
     * @return null if index and rows do not agree, because they were not read at one moment
     */
    @Nullable
    List<Holding> holdings(long hash, IntPredicate wanted) {
        List<Holding> found = new ArrayList<>(2);
        byte[] start = ByteBuffer.allocate(DiskKeys.HASH).putLong(hash).array();
        try (RocksIterator index = columns.db().newIterator(columns.subscribers(), bySubscriber)) {
            for (index.seek(start); index.isValid(); index.next()) {
                byte[] entry = index.key();
                if (!Arrays.equals(entry, 0, DiskKeys.HASH, start, 0, DiskKeys.HASH)) {
                    break;
                }
                int prefix = ByteBuffer.wrap(entry).getInt(DiskKeys.HASH);
                if (!wanted.test(prefix)) {
                    continue;
                }
                byte[] key = Arrays.copyOfRange(entry, DiskKeys.HASH + DiskKeys.PREFIX, entry.length);
                byte[] value = get(prefix, key);
                if (value == null || !holds(key, value, hash)) {
                    return null;
                }
                found.add(new Holding(prefix >>> 16, key, value));
            }
            check(index);
        }
        return found;
    }

    private boolean holds(byte[] key, byte[] value, long hash) {
        var actual = rule.subscriberHash(key, value);
        return actual.isPresent() && actual.getAsLong() == hash;
    }

    static void check(RocksIterator iterator) {
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot read", e);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    record Holding(int segment, byte[] key, byte[] value) {}
}
