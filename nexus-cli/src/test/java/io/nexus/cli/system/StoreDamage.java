package io.nexus.cli.system;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Does to the store of a node that does not run what a stray write does: one row changes, and nothing else knows. */
final class StoreDamage {
    private static final String ROWS = "rows";
    private static final byte ALLOCATION = 3;
    private static final int KIND_AT = 4;

    private StoreDamage() {}

    /** Changes the last byte of the first allocation of a segment. */
    static void spoilAllocation(Path store, int segment) throws RocksDBException {
        RocksDB.loadLibrary();
        List<ColumnFamilyDescriptor> columns = new ArrayList<>();
        for (byte[] name : RocksDB.listColumnFamilies(new Options(), store.toString())) {
            columns.add(new ColumnFamilyDescriptor(name));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                RocksDB db = RocksDB.open(options, store.toString(), columns, handles)) {
            spoil(db, rows(handles), segment);
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    private static ColumnFamilyHandle rows(List<ColumnFamilyHandle> handles) throws RocksDBException {
        for (ColumnFamilyHandle handle : handles) {
            if (new String(handle.getName(), java.nio.charset.StandardCharsets.UTF_8).equals(ROWS)) {
                return handle;
            }
        }
        throw new AssertionError("the store has no rows");
    }

    private static void spoil(RocksDB db, ColumnFamilyHandle rows, int segment) throws RocksDBException {
        byte[] key = null;
        byte[] value = null;
        try (RocksIterator all = db.newIterator(rows)) {
            for (all.seekToFirst(); all.isValid() && key == null; all.next()) {
                boolean ofSegment = ByteBuffer.wrap(all.key()).getShort() == segment;
                if (ofSegment && all.key()[KIND_AT] == ALLOCATION) {
                    key = all.key();
                    value = all.value();
                }
            }
        }
        if (key == null || value == null) {
            throw new AssertionError("segment " + segment + " has no allocation");
        }
        value[value.length - 1] ^= 0x55;
        db.put(rows, key, value);
    }
}
