package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A copy that nobody changes. */
final class HeapSnapshot implements SegmentStore.StoreSnapshot {
    private final HeapRows state;
    private final IndexRule rule;

    HeapSnapshot(HeapRows state, IndexRule rule) {
        this.state = state;
        this.rule = rule;
    }

    @Override
    public Position position() {
        return Objects.requireNonNull(state.position);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = state.rows.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public void scan(byte[] prefix, RowVisitor visitor) {
        HeapRows.visit(state.startingWith(prefix), visitor);
    }

    @Override
    public void scan(byte[] prefix, byte[] from, RowTaker visitor) {
        HeapRows.visit(state.startingWith(prefix), from, visitor);
    }

    @Override
    public void holdings(long subscriberHash, RowVisitor visitor) {
        HeapRows.visit(state.held(rule, subscriberHash), visitor);
    }

    @Override
    public void scanRange(byte[] from, byte[] to, RowVisitor visitor) {
        HeapRows.visit(
                to.length == 0 ? state.rows.tailMap(from, true) : state.rows.subMap(from, true, to, false), visitor);
    }

    @Override
    public Recount recount(IntConsumer pace) {
        Tally tally = new Tally(rule, null);
        long bytes = 0;
        for (var row : state.rows.entrySet()) {
            tally.add(row.getKey(), row.getValue());
            int size = row.getKey().length + row.getValue().length;
            bytes += size;
            pace.accept(size);
        }
        return tally.recounted(position(), state.rows.size(), bytes);
    }

    @Override
    public void close() {
        // The rows are the garbage collector's.
    }
}
