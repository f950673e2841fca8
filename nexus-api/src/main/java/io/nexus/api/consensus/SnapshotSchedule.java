package io.nexus.api.consensus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the groups take snapshots, so that their logs can be purged. Ratis counts entries, and an entry of ours may be
 * one command or five hundred: this counts bytes and time as well. A snapshot is a flush of the node's one store, so
 * when one group is due all that have changed much go with it and share the flush. Called by one thread at a time.
 */
final class SnapshotSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSchedule.class);

    private final RatisGroups groups;
    private final Limits limits;
    private final ConsensusMetrics metrics;
    private final Map<Integer, Watch> watches = new HashMap<>();

    /**
     * @param every how often the groups are looked at
     * @param entriesMax since the last snapshot
     * @param bytesMax of log written since the last snapshot
     * @param ageMax of the oldest entry that is not in a snapshot
     */
    record Limits(Duration every, long entriesMax, long bytesMax, Duration ageMax) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(2), 2_000, 16 << 20, Duration.ofMinutes(10));
    }

    SnapshotSchedule(RatisGroups groups, Limits limits, ConsensusMetrics metrics) {
        this.groups = groups;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** One look at all groups. Reads directories; does not wait for the snapshots it asks for. */
    void round(long nowNanos) {
        List<HostedGroup> company = new ArrayList<>();
        boolean due = false;
        for (HostedGroup group : groups.hosted()) {
            Watch watch = watches.computeIfAbsent(group.segment(), segment -> new Watch());
            long entries = group.appliedIndex() - group.snapshotIndex();
            if (entries <= 0) {
                watch.clean(logBytes(group));
                continue;
            }
            if (!watch.isIdle()
                    || group.machine().installing()
                    || !group.lifeCycle().isRunning()) {
                continue;
            }
            double share = watch.share(entries, logBytes(group), nowNanos);
            due |= share >= 1;
            if (share >= 0.25) {
                company.add(group);
            }
        }
        if (due) {
            company.forEach(this::take);
        }
    }

    private void take(HostedGroup group) {
        Watch watch = watches.computeIfAbsent(group.segment(), segment -> new Watch());
        watch.underWay = groups.snapshot(group.segment()).whenComplete((done, failure) -> {
            metrics.snapshot(failure == null);
            if (failure != null && !groups.closing()) {
                LOG.atWarn()
                        .addKeyValue("segment", group.segment())
                        .setCause(failure)
                        .log("snapshot failed");
            }
        });
        watch.clean(logBytes(group));
    }

    /** Of all log files; what is preallocated counts, it is little. */
    private long logBytes(HostedGroup group) {
        Path directory = groups.directory(group.segment()).resolve("current");
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "log_*")) {
            for (Path file : files) {
                bytes += size(file);
            }
        } catch (IOException | UncheckedIOException removedMeanwhile) {
            return bytes;
        }
        return bytes;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException purgedMeanwhile) {
            return 0;
        }
    }

    /** What was seen of a group since its last snapshot. */
    private final class Watch {
        private long bytesBefore = Long.MAX_VALUE;
        private long dirtySinceNanos;
        private boolean dirty;
        private @Nullable CompletableFuture<Void> underWay;

        boolean isIdle() {
            return underWay == null || underWay.isDone();
        }

        void clean(long bytes) {
            dirty = false;
            bytesBefore = bytes;
        }

        /** How much of what a snapshot is due at has been reached. */
        double share(long entries, long bytes, long nowNanos) {
            if (!dirty) {
                dirty = true;
                dirtySinceNanos = nowNanos;
            }
            bytesBefore = Math.min(bytesBefore, bytes); // purged since
            double byEntries = (double) entries / limits.entriesMax;
            double byBytes = (double) (bytes - bytesBefore) / limits.bytesMax;
            double byAge = (double) (nowNanos - dirtySinceNanos) / limits.ageMax.toNanos();
            return Math.max(byEntries, Math.max(byBytes, byAge));
        }
    }
}
