package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.Objects;
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
    public void close() {
        // The rows are the garbage collector's.
    }
}
