package io.nexus.crdt.records;

import io.nexus.crdt.Digest;
import io.nexus.crdt.records.RecordBatch.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The next batch of a replica while it is made: reads see what it changes. One thread. */
final class Draft {
    private final RecordStore store;
    private final HybridClock clock;
    private final Map<String, Change> changes = new TreeMap<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private final RecordState before;
    private VersionVector vector;
    private VersionVector collected;
    private VersionVector ahead;
    private Digest digest;
    private long live;

    Draft(RecordStore store, HybridClock clock) {
        this.store = store;
        this.clock = clock;
        this.before = store.state();
        this.vector = before.vector();
        this.collected = before.collected();
        this.ahead = before.ahead();
        this.digest = before.digest();
        this.live = before.live();
    }

    VersionVector vector() {
        return vector;
    }

    RecordState state() {
        VersionVector open = vector.covers(ahead) ? VersionVector.EMPTY : ahead;
        return new RecordState(vector, collected, open, digest, live, clock.last());
    }

    @Nullable
    Revision get(String key) {
        Change change = changes.get(key);
        return change == null ? store.get(key) : change.after();
    }

    /** @param here what {@link #get} answers */
    void replace(@Nullable Revision here, @Nullable Revision next) {
        Change now = new Change(here, next);
        Change known = changes.get(now.key());
        changes.put(now.key(), known == null ? now : new Change(known.before(), next));
        digest = digest.minus(digest(here)).plus(digest(next));
        live += count(next) - count(here);
    }

    void advance(VersionVector seen) {
        vector = vector.join(seen);
    }

    void collected(VersionVector dropped) {
        collected = collected.join(dropped);
    }

    void ahead(VersionVector under) {
        ahead = ahead.join(under);
    }

    /** There is nothing in the replica any more that the vector does not cover. */
    void settled() {
        ahead = VersionVector.EMPTY;
    }

    void conflict(Conflict conflict) {
        conflicts.add(conflict);
    }

    /** Null if there is nothing to write. */
    @Nullable
    RecordBatch batch() {
        RecordState after = state();
        boolean same = after.vector().equals(before.vector())
                && after.collected().equals(before.collected())
                && after.ahead().equals(before.ahead());
        return changes.isEmpty() && same ? null : new RecordBatch(List.copyOf(changes.values()), conflicts, after);
    }

    private static Digest digest(@Nullable Revision revision) {
        return revision == null ? Digest.ZERO : revision.digest();
    }

    private static int count(@Nullable Revision revision) {
        return revision != null && revision.live() ? 1 : 0;
    }
}
