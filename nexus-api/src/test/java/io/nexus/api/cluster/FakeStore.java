package io.nexus.api.cluster;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A store of positions, and of the plan's row. */
final class FakeStore implements NodeStore {
    private final Map<Integer, Segment> segments = new ConcurrentHashMap<>();

    void at(int segment, int incarnation, long seq) {
        segment(segment).position = new Position(segment, incarnation, 1, seq, 1, seq, 0, new Digest(0, 0), 0);
    }

    void planRow(ClusterPlan plan, long seq) {
        segment(0).row = PlanCodec.encode(plan);
        at(0, 1, seq);
    }

    @Override
    public Segment segment(int segment) {
        return segments.computeIfAbsent(segment, Segment::new);
    }

    @Override
    public void flush() {}

    @Override
    public void holdings(long subscriberHash, HoldingVisitor visitor) {}

    @Override
    public long sizeBytes() {
        return 0;
    }

    @Override
    public void close() {}

    static final class Segment implements SegmentStore {
        private final int number;
        volatile @Nullable Position position;
        volatile byte @Nullable [] row;

        Segment(int number) {
            this.number = number;
        }

        @Override
        public int segment() {
            return number;
        }

        @Override
        public @Nullable Position position() {
            return position;
        }

        @Override
        public @Nullable Position flushedPosition() {
            return position;
        }

        @Override
        public Position commitStep(io.nexus.crdt.Step step) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Position commit(Position after, List<RowUpdate> updates) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void advance(long term, long index, long clockMillis) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable StoreSnapshot snapshot() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Install install() {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return row;
        }

        @Override
        public void scan(byte[] prefix, RowVisitor visitor) {}

        @Override
        public void scan(byte[] prefix, byte[] from, RowTaker visitor) {}

        @Override
        public void holdings(long subscriberHash, RowVisitor visitor) {}
    }
}
