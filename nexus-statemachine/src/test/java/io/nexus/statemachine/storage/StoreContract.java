package io.nexus.statemachine.storage;

import static io.nexus.statemachine.storage.Sample.next;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.statemachine.storage.SegmentStore.Install;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store to be tested, and shorthands. */
abstract class StoreContract {
    static final int SEGMENT = 3;

    protected NodeStore store;
    protected SegmentStore segment;

    /** An empty store. */
    protected abstract NodeStore create() throws Exception;

    /** Ends the store as a crash does and opens what is left. */
    protected abstract NodeStore crash() throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = create();
        segment = store.segment(SEGMENT);
    }

    @AfterEach
    void close() {
        store.close();
    }

    final void crashed() throws Exception {
        store = crash();
        segment = store.segment(SEGMENT);
    }

    final Position commit(RowUpdate... updates) {
        return segment.commit(next(segment.position(), SEGMENT), List.of(updates));
    }

    final Position position() {
        return Objects.requireNonNull(segment.position());
    }

    static Position label(Position position, Digest digest, long live) {
        return new Position(
                position.stream(),
                position.incarnation(),
                position.nonce(),
                position.seq(),
                position.term(),
                position.index(),
                position.clockMillis(),
                digest,
                live);
    }

    final void replaceBy(List<RowChange> rows, Position position) {
        try (Install install = segment.install()) {
            rows.forEach(row -> install.put(row.key(), Objects.requireNonNull(row.value())));
            install.finish(position);
        }
    }

    static Position fitting(Position position, List<RowChange> rows) {
        Digest sum = Digest.ZERO;
        long live = 0;
        for (RowChange row : rows) {
            sum = sum.plus(Digest.of(row.key(), Objects.requireNonNull(row.value())));
            live += row.key()[0] == 3 ? 1 : 0;
        }
        return label(position, sum, live);
    }
}
