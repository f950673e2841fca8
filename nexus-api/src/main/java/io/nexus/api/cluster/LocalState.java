package io.nexus.api.cluster;

import io.nexus.api.consensus.GroupView;
import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.NodeStore;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells the others of itself. Thread-safe, never blocks.
 *
 * @param groups the term of a group must be the current one at the moment of the call: proofs of leadership rest on it
 * @param intact false for a segment whose copy here is suspect or being replaced
 * @param nanos {@link System#nanoTime}
 */
public record LocalState(String selfId, GroupView groups, NodeStore store, IntPredicate intact, LongSupplier nanos) {
    @Nullable
    Position position(int segment) {
        return store.segment(segment).position();
    }
}
