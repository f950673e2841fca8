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
}
