package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.statemachine.model.Invariant;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/**
 * The whole store as of one moment, with the rows of one segment in front. Holds the store's gate until it is closed;
 * has one of its own, so that it may be closed while somebody reads.
 */
final class RocksSnapshot implements SegmentStore.StoreSnapshot {
    private final RocksColumns columns;
    private final Snapshot snapshot;
    private final ReadOptions options;
    private final ReadOptions bySubscriber;
    private final RocksView view;
    private final @Nullable StoredPosition stored;
    private final Gate gate = new Gate("the snapshot", this::free);

    RocksSnapshot(RocksColumns columns, IndexRule rule, int segment) {
        columns.enter();
        this.columns = columns;
        this.snapshot = columns.db().getSnapshot();
        this.options = new ReadOptions().setSnapshot(snapshot);
        this.bySubscriber = new ReadOptions().setPrefixSameAsStart(true).setSnapshot(snapshot);
        this.view = new RocksView(columns, rule, options, bySubscriber);
        try {
            // Read through the snapshot, so that it belongs to the rows although the writer goes on.
            this.stored = view.position(segment);
        } catch (RuntimeException e) {
            free();
            throw e;
        }
    }

    /** False if the segment had no position yet: then there is nothing to read. */
    boolean present() {
        return stored != null;
    }

    /** All allocations of a subscriber in the segments that are wanted, by prefix. */
    List<RocksView.Holding> holdings(long hash, IntPredicate wanted) {
        gate.enter();
        try {
            List<RocksView.Holding> found = view.holdings(hash, prefix -> wanted.test(prefix) && isCurrent(prefix));
            Invariant.check(found != null, "the subscriber index names rows that are not there, hash %x", hash);
            return Objects.requireNonNull(found);
        } finally {
            gate.leave();
        }
    }

    private boolean isCurrent(int prefix) {
        StoredPosition position = view.position(prefix >>> 16);
        return position != null && position.generation() == (prefix & 0xffff);
    }

    private StoredPosition stored() {
        return Objects.requireNonNull(stored);
    }

    private int prefix() {
        return DiskKeys.prefix(stored().position().stream(), stored().generation());
    }

    @Override
    public Position position() {
        return stored().position();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        gate.enter();
        try {
            return view.get(prefix(), key);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void scan(byte[] prefix, RowVisitor visitor) {
        gate.enter();
        try {
            view.scan(prefix(), prefix, visitor);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void scan(byte[] prefix, byte[] from, RowTaker visitor) {
        gate.enter();
        try {
            view.scan(prefix(), prefix, from, () -> true, visitor);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void holdings(long subscriberHash, RowVisitor visitor) {
        int own = prefix();
        for (RocksView.Holding holding : holdings(subscriberHash, prefix -> prefix == own)) {
            visitor.row(holding.key(), holding.value());
        }
    }

    @Override
    public void close() {
        gate.close();
    }

    private void free() {
        options.close();
        bySubscriber.close();
        columns.db().releaseSnapshot(snapshot);
        columns.leave();
    }
}
