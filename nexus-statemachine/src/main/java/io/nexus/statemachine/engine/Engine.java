package io.nexus.statemachine.engine;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.storage.Rows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a group's log drives. Deterministic: two engines that loaded equal rows and applied equal batches give equal
 * outcomes and updates. Single-threaded.
 */
public interface Engine {
    /** Rebuilds the state derived from rows (bitmaps, counters). Called before the first apply and after an install. */
    void load(Rows rows, @Nullable Position position);

    /**
     * Decides one batch. Reads rows as they were loaded and committed since; the caller commits the updates before the
     * next call. A broken invariant throws and the caller stops the group: the derived state may be unusable then.
     *
     * @param seq of the step that the batch becomes if it changes anything
     */
    Applied apply(Batch batch, int incarnation, long seq);

    /**
     * What the owner should propose by itself at this time: leases that have ended. Thread-safe and cheap, unlike the
     * rest; may name work that is already under way, because apply checks again.
     *
     * @param limit at most so many leases
     */
    default List<Command> due(long nowMillis, int limit) {
        return List.of();
    }
}
