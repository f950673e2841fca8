package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.Invariant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store in the heap for tests, held by the same contract test as the one on RocksDB. It can crash: what was not
 * flushed is gone. Thread-safe; everything happens under one lock, visitors run outside.
 */
public final class InMemoryNodeStore implements NodeStore {
    private final IndexRule rule;
    private final Object lock = new Object();
    private final Map<Integer, Segment> segments = new TreeMap<>();
    private boolean broken;
    private boolean closed;
    private int flushes;
    private int crashes;

    public InMemoryNodeStore(IndexRule rule) {
        this.rule = rule;
    }

    /* --------------- for tests --------------- */

    /** Loses everything since the last flush, in all segments, and ends installs; the objects stay usable. */
    public void crash() {
        synchronized (lock) {
            crashes++;
            for (Segment segment : segments.values()) {
                segment.state = segment.durable.copy();
                segment.installing = false;
            }
            broken = false;
        }
    }

    /** From now on every write and flush fails, until a crash. */
    public void breakDown() {
        synchronized (lock) {
            broken = true;
        }
    }

    /** Number of flushes so far. */
    public int flushes() {
        synchronized (lock) {
            return flushes;
        }
    }

    /* --------------- store --------------- */

    @Override
    public SegmentStore segment(int segment) {
        synchronized (lock) {
            return segments.computeIfAbsent(segment, Segment::new);
        }
    }

    @Override
    public void flush() {
        synchronized (lock) {
            checkWritable();
            flushes++;
            for (Segment segment : segments.values()) {
                segment.durable = segment.state.copy();
            }
        }
    }

    @Override
    public void holdings(long subscriberHash, HoldingVisitor visitor) {
        List<Runnable> visits = new ArrayList<>();
        synchronized (lock) {
            checkOpen();
            for (Segment segment : segments.values()) {
                segment.state
                        .held(rule, subscriberHash)
                        .forEach((key, value) ->
                                visits.add(() -> visitor.row(segment.number, key.clone(), value.clone())));
            }
        }
        visits.forEach(Runnable::run);
    }

    @Override
    public long sizeBytes() {
        synchronized (lock) {
            checkOpen();
            long sum = 0;
            for (Segment segment : segments.values()) {
                for (Map.Entry<byte[], byte[]> row : segment.durable.rows.entrySet()) {
                    sum += row.getKey().length + row.getValue().length;
                }
            }
            return sum;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    private void checkWritable() {
        checkOpen();
        if (broken) {
            throw new StorageFailure("broken down by the test");
        }
    }

    private final class Segment implements SegmentStore {
        private final int number;
        private HeapRows state = HeapRows.empty();
        private HeapRows durable = HeapRows.empty();
        private boolean installing;

        Segment(int number) {
            this.number = number;
        }

        @Override
        public int segment() {
            return number;
        }

        @Override
        public @Nullable Position position() {
            synchronized (lock) {
                return state.position;
            }
        }

        @Override
        public @Nullable Position flushedPosition() {
            synchronized (lock) {
                return durable.position;
            }
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            synchronized (lock) {
                checkOpen();
                byte[] value = state.rows.get(key);
                return value == null ? null : value.clone();
            }
        }

        @Override
        public void scan(byte[] prefix, RowVisitor visitor) {
            Map<byte[], byte[]> found;
            synchronized (lock) {
                checkOpen();
                found = state.startingWith(prefix);
            }
            HeapRows.visit(found, visitor);
        }

        @Override
        public void scan(byte[] prefix, byte[] from, RowTaker visitor) {
            Map<byte[], byte[]> found;
            synchronized (lock) {
                checkOpen();
                found = state.startingWith(prefix);
            }
            HeapRows.visit(found, from, visitor);
        }

        @Override
        public void holdings(long subscriberHash, RowVisitor visitor) {
            Map<byte[], byte[]> found;
            synchronized (lock) {
                checkOpen();
                found = state.held(rule, subscriberHash);
            }
            HeapRows.visit(found, visitor);
        }

        @Override
        public Position commit(Position after, List<RowUpdate> updates) {
            synchronized (lock) {
                return write(after, updates, tally -> tally.label(after));
            }
        }

        @Override
        public Position commitStep(Step step) {
            synchronized (lock) {
                List<RowUpdate> updates = Succession.updates(step, keys -> {
                    List<byte @Nullable []> values = new ArrayList<>();
                    for (byte[] key : keys) {
                        values.add(state.rows.get(key));
                    }
                    return values;
                });
                return write(step.after(), updates, tally -> tally.verify(step.after()));
            }
        }

        private Position write(Position after, List<RowUpdate> updates, Function<Tally, Position> label) {
            checkWritable();
            Succession.checkCommit(number, state.position, after, updates);
            Tally tally = new Tally(rule, state.position);
            for (RowUpdate update : updates) {
                // Stricter than a store on disk can afford to be.
                Invariant.check(
                        Arrays.equals(state.rows.get(update.key()), update.before()),
                        "an update does not know what was before it");
                if (update.before() != null) {
                    tally.remove(update.key(), update.before());
                }
                if (update.after() != null) {
                    tally.add(update.key(), update.after());
                }
            }
            Position position = label.apply(tally);
            for (RowUpdate update : updates) {
                if (update.after() == null) {
                    state.rows.remove(update.key());
                } else {
                    state.rows.put(update.key(), update.after());
                }
            }
            state.position = position;
            return position;
        }

        @Override
        public void advance(long term, long index, long clockMillis) {
            synchronized (lock) {
                checkWritable();
                state.position = Succession.advanced(number, state.position, term, index, clockMillis);
            }
        }

        @Override
        public @Nullable StoreSnapshot snapshot() {
            synchronized (lock) {
                checkOpen();
                return state.position == null ? null : new HeapSnapshot(state.copy(), rule);
            }
        }

        @Override
        public Install install() {
            synchronized (lock) {
                checkOpen();
                if (installing) {
                    throw new IllegalStateException("segment " + number + " is being installed already");
                }
                installing = true;
                return new HeapInstall(this, crashes);
            }
        }
    }

    private final class HeapInstall implements SegmentStore.Install {
        private final Segment segment;
        private final int epoch;
        private final HeapRows fresh = HeapRows.empty();
        private final Tally tally = new Tally(rule, null);
        private boolean over;

        HeapInstall(Segment segment, int epoch) {
            this.segment = segment;
            this.epoch = epoch;
        }

        @Override
        public void put(byte[] key, byte[] value) {
            synchronized (lock) {
                check();
                if (!fresh.rows.isEmpty() && Arrays.compareUnsigned(fresh.rows.lastKey(), key) >= 0) {
                    throw new IllegalArgumentException("rows come out of order");
                }
                tally.add(key, value);
                fresh.rows.put(key, value);
            }
        }

        @Override
        public void finish(Position position) {
            synchronized (lock) {
                check();
                Succession.checkInstall(segment.number, segment.state.position, position);
                fresh.position = tally.verify(position);
                segment.state = fresh;
                over = true;
                flush();
            }
        }

        private void check() {
            checkWritable();
            if (over || epoch != crashes) {
                throw new IllegalStateException("the install is over");
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                over = true;
                if (epoch == crashes) {
                    segment.installing = false;
                }
            }
        }
    }
}
