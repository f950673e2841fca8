package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.List;

/**
 * Hears of every commit with the rows as they were before, which no step carries: to tell who lost an address. Called on
 * the segment's writer's thread when the commit is visible to readers: must not block and must not throw. Installs are
 * not commits.
 */
@FunctionalInterface
public interface CommitListener {
    /** @param updates not to be modified */
    void onCommit(Position after, List<RowUpdate> updates);
}
