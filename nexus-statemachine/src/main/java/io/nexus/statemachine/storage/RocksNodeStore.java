package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.statemachine.model.Invariant;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's store in one RocksDB without a write-ahead log: the Raft log and the feed are the log. Everything that one
 * call writes is written at once, and what a crash leaves is everything up to some call.
 */
public final class RocksNodeStore implements NodeStore {
    private static final Logger LOG = LoggerFactory.getLogger(RocksNodeStore.class);
    private static final int LAST_SEGMENT = 0xfffe;
    private static final int ANY = -1;
    private static final int SWEEP_ROWS = 1000;
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final RocksColumns columns;
    private final IndexRule rule;
    private final RocksView view;
    private final Map<Integer, RocksSegmentStore> segments = new ConcurrentHashMap<>();
    private final SharedFlush sharedFlush = new SharedFlush(this::flushNow);
    /** Replacements of generations, begun and done: who reads many segments must not meet one. */
    private final AtomicLong swapsBegun = new AtomicLong();

    private final AtomicLong swapsDone = new AtomicLong();

    private volatile CommitListener listener = (after, updates) -> {};

    private RocksNodeStore(RocksColumns columns, IndexRule rule) {
        this.columns = columns;
        this.rule = rule;
        this.view = new RocksView(columns, rule, columns.now, columns.nowBySubscriber);
    }

    /**
     * Opens the store, or makes an empty one.
     *
     * @param directory of the store alone; made if missing
     * @throws StorageFailure if another process has it, if it is damaged, or if its format is not known
     */
    public static RocksNodeStore open(Path directory, IndexRule rule, StoreOptions options) {
        RocksNodeStore store = new RocksNodeStore(RocksColumns.open(directory, options), rule);
        try {
            store.load();
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        return store;
    }

    @Override
    public RocksSegmentStore segment(int segment) {
        Invariant.check(segment >= 0 && segment <= LAST_SEGMENT, "segment %s", segment);
        return segments.computeIfAbsent(segment, number -> new RocksSegmentStore(number, this, null));
    }

    @Override
    public void flush() {
        columns.enter();
        try {
            sharedFlush.run();
        } finally {
            columns.leave();
        }
    }

    private void flushNow() {
        Map<RocksSegmentStore, StoredPosition> before = new HashMap<>();
        for (RocksSegmentStore segment : segments.values()) {
            StoredPosition stored = segment.stored();
            if (stored != null) {
                before.put(segment, stored);
            }
        }
        columns.flush();
        before.forEach(RocksSegmentStore::flushed);
    }

    @Override
    public void holdings(long subscriberHash, HoldingVisitor visitor) {
        for (RocksView.Holding holding : holdings(subscriberHash, ANY)) {
            visitor.row(holding.segment(), holding.key(), holding.value());
        }
    }

    /**
     * The index is read first and the rows then, and both change meanwhile: a subscriber who moves from one address to
     * another must not be seen with none. So if they do not agree, or if a generation was replaced meanwhile, they are
     * read again, at one moment.
     */
    List<RocksView.Holding> holdings(long hash, int segment) {
        columns.enter();
        try {
            long done = swapsDone.get();
            if (done == swapsBegun.get()) {
                List<RocksView.Holding> found = view.holdings(hash, prefix -> isCurrent(prefix, segment));
                if (found != null && done == swapsBegun.get()) {
                    return found;
                }
            }
            try (RocksSnapshot snapshot = new RocksSnapshot(columns, rule, 0)) {
                return snapshot.holdings(hash, prefix -> segment == ANY || segment == prefix >>> 16);
            }
        } finally {
            columns.leave();
        }
    }

    private boolean isCurrent(int prefix, int wantedSegment) {
        int segment = prefix >>> 16;
        return (wantedSegment == ANY || wantedSegment == segment)
                && segment(segment).generation() == (prefix & 0xffff);
    }

    @Override
    public void listen(CommitListener commits) {
        listener = commits;
    }

    void committed(Position after, List<RowUpdate> updates) {
        listener.onCommit(after, updates);
    }

    @Override
    public long sizeBytes() {
        columns.enter();
        try {
            return columns.sizeBytes();
        } finally {
            columns.leave();
        }
    }

    @Override
    public void close() {
        if (!columns.close(CLOSE_NANOS)) {
            LOG.atError().log("somebody still reads the store, it is closed when they end");
        }
    }

    /* --------------- for the segments --------------- */

    RocksColumns columns() {
        return columns;
    }

    IndexRule rule() {
        return rule;
    }

    RocksView view() {
        return view;
    }

    /** Puts a written and flushed generation in the place of the current one, and tells the prefix of the old rows. */
    int swap(RocksSegmentStore segment, StoredPosition fresh) {
        swapsBegun.incrementAndGet();
        try {
            return segment.installed(fresh);
        } finally {
            swapsDone.incrementAndGet();
        }
    }

    /** Deletes a generation that is not the current one of its segment; the caller holds the gate. */
    void sweep(int prefix) {
        try (WriteBatch batch = new WriteBatch()) {
            view.scan(prefix, new byte[0], (key, value) -> {
                OptionalLong hash = rule.subscriberHash(key, value);
                if (hash.isPresent()) {
                    delete(batch, DiskKeys.subscriber(hash.getAsLong(), prefix, key));
                }
            });
            batch.deleteRange(columns.rows(), DiskKeys.row(prefix, new byte[0]), DiskKeys.row(prefix + 1, new byte[0]));
            columns.write(batch);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot delete", e);
        }
    }

    private void delete(WriteBatch batch, byte[] indexKey) {
        try {
            batch.delete(columns.subscribers(), indexKey);
            if (batch.count() >= SWEEP_ROWS) {
                columns.write(batch);
                batch.clear();
            }
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot delete", e);
        }
    }

    /* --------------- opening --------------- */

    private void load() {
        columns.enter();
        try {
            try (RocksIterator positions = columns.db().newIterator(columns.positions(), columns.now)) {
                for (positions.seekToFirst(); positions.isValid(); positions.next()) {
                    int segment = DiskKeys.segment(positions.key());
                    StoredPosition stored = StoredPosition.decode(positions.value());
                    segments.put(segment, new RocksSegmentStore(segment, this, stored));
                }
                RocksView.check(positions);
            }
            sweepLeftovers();
        } finally {
            columns.leave();
        }
        LOG.atInfo()
                .addKeyValue("segments", segments.size())
                .addKeyValue("bytes", sizeBytes())
                .log("store opened");
    }

    /** A crash may have left generations that were not finished, or finished with but not swept. */
    private void sweepLeftovers() {
        Integer prefix = firstPrefix(0);
        while (prefix != null) {
            if (segment(prefix >>> 16).generation() != (prefix & 0xffff)) {
                LOG.atInfo().addKeyValue("segment", prefix >>> 16).log("sweeping rows of an unfinished install");
                sweep(prefix);
            }
            prefix = firstPrefix(prefix + 1);
        }
    }

    /** The first prefix that has rows, from this one on. */
    private @Nullable Integer firstPrefix(int from) {
        try (RocksIterator rows = columns.db().newIterator(columns.rows(), columns.now)) {
            rows.seek(DiskKeys.row(from, new byte[0]));
            RocksView.check(rows);
            return rows.isValid() ? ByteBuffer.wrap(rows.key()).getInt() : null;
        }
    }
}
