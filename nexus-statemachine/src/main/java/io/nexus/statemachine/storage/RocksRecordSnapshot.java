package io.nexus.statemachine.storage;

import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.StateCodec;
import io.nexus.crdt.records.VersionVector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** The records at one moment. Holds the store's gate until it is closed. One thread at a time. */
final class RocksRecordSnapshot implements RecordSnapshot {
    private final RecordDatabase database;
    private final RocksDB db;
    private final Snapshot snapshot;
    private final ReadOptions options;
    private final List<RocksIterator> iterators = new ArrayList<>();
    private final RecordState state;
    private boolean closed;

    RocksRecordSnapshot(RecordDatabase database) {
        this.database = database;
        this.db = database.enter();
        this.snapshot = db.getSnapshot();
        this.options = new ReadOptions().setSnapshot(snapshot);
        try {
            byte[] stored = get(RecordKeys.STATE);
            this.state = stored == null ? RecordState.EMPTY : StateCodec.decode(stored);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public RecordState state() {
        return state;
    }

    @Override
    public Cursor all() {
        RocksIterator rows = iterator();
        rows.seek(new byte[] {RecordKeys.RECORD});
        return bytesMax -> RocksRecordStore.page(rows, bytesMax);
    }

    @Override
    public Cursor beyond(VersionVector known) {
        return new Beyond(known);
    }

    private RocksIterator iterator() {
        RocksIterator rows = db.newIterator(options);
        iterators.add(rows);
        return rows;
    }

    private byte @Nullable [] get(byte[] key) {
        try {
            return db.get(options, key);
        } catch (RocksDBException e) {
            throw new StorageFailure("cannot read", e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            iterators.forEach(RocksIterator::close);
            options.close();
            db.releaseSnapshot(snapshot);
            database.leave();
        }
    }

    /** One origin after the other, from where the other node is. */
    private final class Beyond implements Cursor {
        private final VersionVector known;
        private final Iterator<Map.Entry<Origin, Long>> origins;
        private final RocksIterator dots = iterator();
        private byte[] start = new byte[0];

        Beyond(VersionVector known) {
            this.known = known;
            // What came early counts too: it may have replaced what the vector claims.
            VersionVector here = state.vector().join(state.ahead());
            this.origins = here.beyond(known).seqs().entrySet().iterator();
        }

        @Override
        public List<Revision> next(int bytesMax) {
            List<Revision> page = new ArrayList<>();
            long bytes = 0;
            while (page.isEmpty() || bytes < bytesMax) {
                boolean inside = start.length > 0 && dots.isValid() && RecordKeys.sameOrigin(dots.key(), start);
                if (!inside) {
                    if (!origins.hasNext()) {
                        break;
                    }
                    Origin origin = origins.next().getKey();
                    start = RecordKeys.dot(origin, known.seq(origin) + 1);
                    dots.seek(start);
                    continue;
                }
                bytes += add(page, dots.value());
                dots.next();
            }
            RocksView.check(dots);
            return page;
        }

        private long add(List<Revision> page, byte[] key) {
            byte[] value = get(RecordKeys.text(RecordKeys.RECORD, new String(key, StandardCharsets.UTF_8)));
            if (value == null) {
                throw new StorageFailure("a write is indexed whose record is not there");
            }
            page.add(RevisionCodec.decode(value));
            return value.length;
        }
    }
}
