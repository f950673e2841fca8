package io.nexus.api.watch;

import java.util.List;

/** What a watcher is told; see {@code nexus/v1/watch.proto} for how he should take it. */
public sealed interface WatchEvent {
    record Snapshot(List<Watched> entries) implements WatchEvent {
        public Snapshot {
            entries = List.copyOf(entries);
        }
    }

    record SnapshotEnd() implements WatchEvent {}

    record Changes(List<WatchChange> changes) implements WatchEvent {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /** @param stalenessMillis -1: unknown */
    record Progress(long stalenessMillis) implements WatchEvent {}

    record Resync(Cause cause, String message, boolean snapshotFollows) implements WatchEvent {}

    /** Why a watch cannot go on from where it was. */
    enum Cause {
        TOO_OLD,
        LOST_BRANCH,
        REPLACED,
        NODE_BEHIND,
        OTHER_FILTER,
        OTHER_CLUSTER
    }
}
