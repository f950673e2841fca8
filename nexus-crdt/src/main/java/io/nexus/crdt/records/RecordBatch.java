package io.nexus.crdt.records;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one step of a replica changes, each record once. */
public record RecordBatch(List<Change> changes, List<Conflict> conflicts, RecordState after) {
    public RecordBatch {
        changes = List.copyOf(changes);
        conflicts = List.copyOf(conflicts);
    }

    /**
     * One record.
     *
     * @param before null if nothing was stored
     * @param after null if nothing shall be stored any more
     */
    public record Change(
            @Nullable Revision before, @Nullable Revision after) {
        public String key() {
            Revision any = after == null ? before : after;
            if (any == null) {
                throw new IllegalStateException("a change of nothing");
            }
            return any.key();
        }
    }
}
