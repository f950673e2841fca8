package io.nexus.crdt;

import java.util.List;

/**
 * What one applied batch did to a stream: the position after it and the rows it changed, in order. The step with
 * {@code after.seq() == n} applies only to a store whose position has {@code seq() == n - 1} on the same branch.
 */
public record Step(Position after, List<RowChange> changes) {
    public Step {
        changes = List.copyOf(changes);
    }

    public int stream() {
        return after.stream();
    }

    public long seq() {
        return after.seq();
    }
}
