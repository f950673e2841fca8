package io.nexus.statemachine.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A small RocksDB with one column family and a write-ahead log, behind a {@link Gate}. Thread-safe. */
final class RecordDatabase implements AutoCloseable {
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Freed last to first. */
    private final List<AutoCloseable> natives = new ArrayList<>();

    private final Gate gate = new Gate("the records' store", this::free);
    private final RocksDB db;
    private final WriteOptions synced;
    private final WriteOptions unsynced;
    private final ReadOptions now;

    /** Visits rows until it says false. */
    @FunctionalInterface
    interface Visitor {
        boolean row(byte[] key, byte[] value);
    }

    @FunctionalInterface
    interface Change {
        void fill(WriteBatch batch) throws RocksDBException;
    }

    private RecordDatabase(Path directory, StoreOptions options) throws RocksDBException {
        boolean opened = false;
        try {
            synced = keep(new WriteOptions().setSync(true));
            unsynced = keep(new WriteOptions());
            now = keep(new ReadOptions());
            BlockBasedTableConfig table = new BlockBasedTableConfig()
                    .setBlockCache(keep(new LRUCache(options.cacheBytes())))
                    .setFilterPolicy(keep(new BloomFilter(10)))
                    .setCacheIndexAndFilterBlocks(true);
            Options settings = keep(new Options())
                    .setCreateIfMissing(true)
                    .setWriteBufferSize(options.memtableBytes() / 2)
                    .setMaxWriteBufferNumber(2)
                    .setMaxBackgroundJobs(options.backgroundJobs())
                    .setMaxOpenFiles(128)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setTableFormatConfig(table)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                    .setMaxLogFileSize(1 << 20)
                    .setKeepLogFileNum(2)
                    .setStatsDumpPeriodSec(0)
                    .setStatsPersistPeriodSec(0);
            db = keep(RocksDB.open(settings, directory.toString()));
            opened = true;
        } finally {
            if (!opened) {
                free();
            }
        }
    }

    static RecordDatabase open(Path directory, StoreOptions options) {
        try {
            Files.createDirectories(directory);
            RocksColumns.loadLibrary(options.libraryDirectory());
            return new RecordDatabase(directory, options);
        } catch (RocksDBException | IOException e) {
            throw new StorageFailure("cannot open the records in " + directory, e);
        }
    }

    byte @Nullable [] get(byte[] key) {
        gate.enter();
        try {
            return db.get(now, key);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot read", e);
        } finally {
            gate.leave();
        }
    }

    void write(Change change, boolean sync) {
        gate.enter();
        try (WriteBatch batch = new WriteBatch()) {
            change.fill(batch);
            db.write(sync ? synced : unsynced, batch);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot write", e);
        } finally {
            gate.leave();
        }
    }

    /** From this key on, within its kind. */
    void scan(byte[] from, Visitor visitor) {
        gate.enter();
        try (RocksIterator rows = db.newIterator(now)) {
            rows.seek(from);
            while (rows.isValid() && rows.key()[0] == from[0] && visitor.row(rows.key(), rows.value())) {
                rows.next();
            }
            RocksView.check(rows);
        } finally {
            gate.leave();
        }
    }

    /** All of a kind, the last first. */
    void scanDown(byte kind, Visitor visitor) {
        gate.enter();
        try (RocksIterator rows = db.newIterator(now)) {
            rows.seekForPrev(new byte[] {(byte) (kind + 1)});
            while (rows.isValid() && rows.key()[0] == kind && visitor.row(rows.key(), rows.value())) {
                rows.prev();
            }
            RocksView.check(rows);
        } finally {
            gate.leave();
        }
    }

    /** For a snapshot, which holds the gate until it is closed. */
    RocksDB enter() {
        gate.enter();
        return db;
    }

    void leave() {
        gate.leave();
    }

    @Override
    public void close() {
        gate.close();
        if (!gate.awaitFreed(CLOSE_NANOS)) {
            throw new StorageFailure("somebody still reads the records, they are closed when they end");
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        natives.add(resource);
        return resource;
    }

    private void free() {
        Collections.reverse(natives);
        for (AutoCloseable resource : natives) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new StorageFailure("cannot close the records", e);
            }
        }
    }
}
