package io.nexus.api.consensus;

/** Every limit of this package that a test may want to be another. */
record Tuning(
        SegmentBatcher.Limits batching,
        ForwardLinks.Limits forwarding,
        RoutedCommands.Limits routing,
        Housekeeping.Limits housekeeping,
        SnapshotSchedule.Limits snapshots,
        LeadershipSpread.Limits leadership) {
    static final Tuning DEFAULT = new Tuning(
            SegmentBatcher.Limits.DEFAULT,
            ForwardLinks.Limits.DEFAULT,
            RoutedCommands.Limits.DEFAULT,
            Housekeeping.Limits.DEFAULT,
            SnapshotSchedule.Limits.DEFAULT,
            LeadershipSpread.Limits.DEFAULT);

    /** The defaults but for what an operator may set. */
    static Tuning within(Consensus.Bounds bounds) {
        SegmentBatcher.Limits batch = DEFAULT.batching;
        SnapshotSchedule.Limits snapshot = DEFAULT.snapshots;
        return new Tuning(
                new SegmentBatcher.Limits(
                        bounds.queueCommands(),
                        batch.batchCommandsMax(),
                        batch.batchBytesMax(),
                        batch.inFlightMax(),
                        batch.unansweredMax(),
                        batch.answerTimeout()),
                DEFAULT.forwarding,
                DEFAULT.routing,
                DEFAULT.housekeeping,
                new SnapshotSchedule.Limits(
                        snapshot.every(), snapshot.entriesMax(), bounds.snapshotLogBytes(), bounds.snapshotInterval()),
                DEFAULT.leadership);
    }
}
