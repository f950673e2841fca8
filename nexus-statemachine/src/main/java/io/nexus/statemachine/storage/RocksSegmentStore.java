package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One segment in the node's database. Its rows lie under a generation number, so that a whole new set can be written
 * beside the old one and take its place at once. One writer, many readers.
 */
final class RocksSegmentStore implements SegmentStore {
    private final int segment;
    private final RocksNodeStore node;
    private final RocksColumns columns;
    private final IndexRule rule;
    private final RocksView view;
    private final AtomicBoolean installing = new AtomicBoolean();

    /** Null before the first write. Replaced after the write that made it true. */
    private volatile @Nullable StoredPosition stored;

    private volatile @Nullable Position flushed;

    RocksSegmentStore(int segment, RocksNodeStore node, @Nullable StoredPosition stored) {
        this.segment = segment;
        this.node = node;
        this.columns = node.columns();
        this.rule = node.rule();
        this.view = node.view();
        this.stored = stored;
        this.flushed = stored == null ? null : stored.position();
    }

    @Override
    public int segment() {
        return segment;
    }

    @Override
    public @Nullable Position position() {
        StoredPosition seen = stored;
        return seen == null ? null : seen.position();
    }

    @Override
    public @Nullable Position flushedPosition() {
        return flushed;
    }

    /** Null before the first write. */
    @Nullable
    StoredPosition stored() {
        return stored;
    }

    /** Called by the flush with what {@link #stored} was before it began. */
    synchronized void flushed(StoredPosition durable) {
        if (durable.generation() == generation()) { // else replaced meanwhile by rows that were flushed on their own
            flushed = durable.position();
        }
    }

    /** 0, which no row has, before the first write. */
    int generation() {
        StoredPosition seen = stored;
        return seen == null ? 0 : seen.generation();
    }

    private int prefix() {
        return DiskKeys.prefix(segment, generation());
    }

    /* --------------- reads --------------- */

    @Override
    public byte @Nullable [] get(byte[] key) {
        columns.enter();
        try {
            while (true) {
                int prefix = prefix();
                byte[] value = view.get(prefix, key);
                // Absent may mean swept, if another generation took the place of this one.
                if (value != null || prefix == prefix()) {
                    return value;
                }
            }
        } finally {
            columns.leave();
        }
    }

    @Override
    public void scan(byte[] prefix, RowVisitor visitor) {
        columns.enter();
        try {
            boolean scanned = false;
            while (!scanned) {
                int current = prefix();
                scanned = view.scan(current, prefix, () -> current == prefix(), visitor);
            }
        } finally {
            columns.leave();
        }
    }

    @Override
    public void scan(byte[] prefix, byte[] from, RowTaker visitor) {
        columns.enter();
        try {
            boolean scanned = false;
            while (!scanned) {
                int current = prefix();
                scanned = view.scan(current, prefix, from, () -> current == prefix(), visitor);
            }
        } finally {
            columns.leave();
        }
    }

    @Override
    public void holdings(long subscriberHash, RowVisitor visitor) {
        for (RocksView.Holding holding : node.holdings(subscriberHash, segment)) {
            visitor.row(holding.key(), holding.value());
        }
    }

    @Override
    public @Nullable StoreSnapshot snapshot() {
        RocksSnapshot snapshot = new RocksSnapshot(columns, rule, segment);
        if (!snapshot.present()) {
            snapshot.close();
            return null;
        }
        return snapshot;
    }

    /* --------------- writes --------------- */

    @Override
    public Position commit(Position after, List<RowUpdate> updates) {
        return write(after, updates, tally -> tally.label(after));
    }

    @Override
    public Position commitStep(Step step) {
        columns.enter();
        try {
            List<RowUpdate> updates = Succession.updates(step, keys -> {
                List<byte[]> diskKeys = new ArrayList<>(keys.size());
                for (byte[] key : keys) {
                    diskKeys.add(DiskKeys.row(prefix(), key));
                }
                return columns.getRows(diskKeys);
            });
            return write(step.after(), updates, tally -> tally.verify(step.after()));
        } finally {
            columns.leave();
        }
    }

    private Position write(Position after, List<RowUpdate> updates, Function<Tally, Position> label) {
        StoredPosition before = stored;
        Position position = before == null ? null : before.position();
        Succession.checkCommit(segment, position, after, updates);
        int generation = before == null ? StoredPosition.generationAfter(0) : before.generation();
        Tally tally = new Tally(rule, position);
        columns.enter();
        try (RowBatch batch = new RowBatch(columns, DiskKeys.prefix(segment, generation), tally)) {
            for (RowUpdate update : updates) {
                batch.change(update.key(), update.before(), update.after());
            }
            StoredPosition next = new StoredPosition(generation, label.apply(tally));
            batch.position(next);
            batch.write();
            stored = next;
            return next.position();
        } finally {
            columns.leave();
        }
    }

    @Override
    public void advance(long term, long index, long clockMillis) {
        Position next = Succession.advanced(segment, position(), term, index, clockMillis);
        columns.enter();
        try (RowBatch batch = new RowBatch(columns, prefix(), new Tally(rule, next))) {
            StoredPosition advanced = new StoredPosition(generation(), next);
            batch.position(advanced);
            batch.write();
            stored = advanced;
        } finally {
            columns.leave();
        }
    }

    /* --------------- replacement --------------- */

    @Override
    public Install install() {
        if (!installing.compareAndSet(false, true)) {
            throw new IllegalStateException("segment " + segment + " is being installed already");
        }
        int fresh = StoredPosition.generationAfter(generation());
        return new RocksInstall(this, node, DiskKeys.prefix(segment, fresh));
    }

    /** Called by {@link RocksNodeStore#swap}. */
    synchronized int installed(StoredPosition fresh) {
        int old = prefix();
        stored = fresh;
        flushed = fresh.position();
        return old;
    }

    void installEnded() {
        installing.set(false);
    }
}
