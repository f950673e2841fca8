package io.nexus.statemachine.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The database with its column families, and what RocksDB's Java face lacks: its failures as {@link StorageFailure}, and
 * a {@link Gate} before the native code. Thread-safe. Except for opening, callers hold the gate.
 */
final class RocksColumns {
    private static final String ROWS = "rows";
    private static final String SUBSCRIBERS = "subscribers";
    private static final String POSITIONS = "positions";
    private static final byte[] FORMAT_KEY = "format".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FORMAT = "nexus-store 2".getBytes(StandardCharsets.UTF_8);
    private static final int BLOCK_BYTES = 16 << 10;
    private static final double MEMTABLE_BLOOM = 0.02;

    /** Freed last to first. */
    private final List<AutoCloseable> natives = new ArrayList<>();

    private final Gate gate = new Gate("the store", this::free);
    private final RocksDB db;
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final WriteOptions noWal;
    private final FlushOptions flushOptions;
    /** Reads of the present; a row is looked up by its whole key. */
    final ReadOptions now;
    /** Iterations within one subscriber. */
    final ReadOptions nowBySubscriber;

    private RocksColumns(Path directory, StoreOptions options) throws RocksDBException {
        boolean opened = false;
        try {
            noWal = keep(new WriteOptions().setDisableWAL(true));
            flushOptions = keep(new FlushOptions().setWaitForFlush(true));
            now = keep(new ReadOptions());
            nowBySubscriber = keep(new ReadOptions().setPrefixSameAsStart(true));
            List<ColumnFamilyDescriptor> columns = columns(options);
            checkColumns(directory, columns);
            db = RocksDB.open(keep(database(options)), directory.toString(), columns, handles);
            natives.add(db);
            natives.addAll(handles);
            opened = true;
        } finally {
            if (!opened) {
                free();
            }
        }
    }

    static RocksColumns open(Path directory, StoreOptions options) {
        try {
            Files.createDirectories(directory);
            loadLibrary(options.libraryDirectory());
            RocksColumns columns = new RocksColumns(directory, options);
            try {
                columns.checkFormat();
                return columns;
            } catch (RuntimeException e) {
                columns.gate.close();
                throw e;
            }
        } catch (RocksDBException | IOException e) {
            throw new StorageFailure("cannot open the store in " + directory, e);
        }
    }

    /* --------------- access --------------- */

    void enter() {
        gate.enter();
    }

    /** Goes in; false if the store is closed, then there is nothing to leave. */
    boolean tryEnter() {
        return gate.tryEnter();
    }

    void leave() {
        gate.leave();
    }

    /** Lets nobody in any more and waits for those inside; false if somebody still is after this time. */
    boolean close(long nanos) {
        gate.close();
        return gate.awaitFreed(nanos);
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle rows() {
        return handles.get(1);
    }

    ColumnFamilyHandle subscribers() {
        return handles.get(2);
    }

    ColumnFamilyHandle positions() {
        return handles.get(3);
    }

    byte @Nullable [] get(ColumnFamilyHandle column, ReadOptions options, byte[] key) {
        try {
            return db.get(column, options, key);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot read", e);
        }
    }

    List<byte @Nullable []> getRows(List<byte[]> keys) {
        try {
            return db.multiGetAsList(now, Collections.nCopies(keys.size(), rows()), keys);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot read", e);
        }
    }

    void write(WriteBatch batch) {
        try {
            db.write(noWal, batch);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot write", e);
        }
    }

    void flush() {
        try {
            db.flush(flushOptions, handles);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot flush", e);
        }
    }

    long sizeBytes() {
        try {
            long sum = 0;
            for (ColumnFamilyHandle column : handles) {
                sum += db.getLongProperty(column, "rocksdb.total-sst-files-size");
            }
            return sum;
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot tell the size", e);
        }
    }

    /* --------------- opening --------------- */

    static void loadLibrary(@Nullable Path directory) throws IOException {
        if (directory != null) {
            Files.createDirectories(directory);
            // Before the first RocksDB class, whose initializer would unpack it to the default place.
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
        }
        RocksDB.loadLibrary();
    }

    private DBOptions database(StoreOptions options) {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // Without a log of its own, only this keeps rows, index and positions of one moment together.
                .setAtomicFlush(true)
                .setAvoidFlushDuringShutdown(!options.flushOnClose())
                .setDbWriteBufferSize(options.memtableBytes())
                .setMaxBackgroundJobs(options.backgroundJobs())
                .setMaxOpenFiles(512)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(1 << 20)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private List<ColumnFamilyDescriptor> columns(StoreOptions options) {
        Cache cache = keep(new LRUCache(options.cacheBytes()));
        BloomFilter bloom = keep(new BloomFilter(10));
        BlockBasedTableConfig byKey = table(cache).setFilterPolicy(bloom).setWholeKeyFiltering(true);
        BlockBasedTableConfig byPrefix = table(cache).setFilterPolicy(bloom).setWholeKeyFiltering(false);
        return List.of(
                column(RocksDB.DEFAULT_COLUMN_FAMILY, options).build(table(cache)),
                column(ROWS.getBytes(StandardCharsets.UTF_8), options).build(byKey),
                column(SUBSCRIBERS.getBytes(StandardCharsets.UTF_8), options)
                        .prefixed()
                        .build(byPrefix),
                column(POSITIONS.getBytes(StandardCharsets.UTF_8), options).build(table(cache)));
    }

    private static BlockBasedTableConfig table(Cache cache) {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
    }

    private Column column(byte[] name, StoreOptions options) {
        return new Column(
                name,
                keep(new ColumnFamilyOptions()
                        .setWriteBufferSize(options.memtableBytes() / 2)
                        .setMaxWriteBufferNumber(3)
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)));
    }

    private record Column(
            @SuppressWarnings("ArrayRecordComponent") byte[] name, ColumnFamilyOptions options) {
        Column prefixed() {
            options.useFixedLengthPrefixExtractor(DiskKeys.HASH).setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM);
            return this;
        }

        ColumnFamilyDescriptor build(BlockBasedTableConfig table) {
            return new ColumnFamilyDescriptor(name, options.setTableFormatConfig(table));
        }
    }

    /** A column family that this program does not know is data that it would lose track of. */
    private static void checkColumns(Path directory, List<ColumnFamilyDescriptor> known) throws RocksDBException {
        Set<String> unknown = new TreeSet<>();
        try (Options options = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
                unknown.add(new String(name, StandardCharsets.UTF_8));
            }
        }
        for (ColumnFamilyDescriptor column : known) {
            unknown.remove(new String(column.getName(), StandardCharsets.UTF_8));
        }
        if (!unknown.isEmpty()) {
            throw new StorageFailure("the store in " + directory + " has unknown column families " + unknown);
        }
    }

    private void checkFormat() throws RocksDBException {
        byte[] format = db.get(FORMAT_KEY);
        if (format == null) {
            try (var iterator = db.newIterator(positions(), now)) {
                iterator.seekToFirst();
                iterator.status();
                if (iterator.isValid()) {
                    throw new StorageFailure("the store does not say its format");
                }
            }
            try (WriteBatch batch = new WriteBatch()) {
                batch.put(FORMAT_KEY, FORMAT);
                write(batch);
            }
            flush();
        } else if (!Arrays.equals(format, FORMAT)) {
            throw new StorageFailure("the store's format is '" + new String(format, StandardCharsets.UTF_8)
                    + "', this program knows '" + new String(FORMAT, StandardCharsets.UTF_8) + "'");
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
                throw new StorageFailure("cannot close the store", e);
            }
        }
    }
}
