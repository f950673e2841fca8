package io.nexus.api.feed;

import static java.util.Map.entry;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import io.nexus.api.metrics.Meters;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** What the read side counts. Thread-safe. */
public final class FeedMetrics {
    private static final String LATENCY = "nexus_clset_sync_latency_seconds";
    private static final String ENTRIES = "nexus_clset_entries_total";
    private static final String LAG = "nexus_clset_stream_lag_seq";
    private static final String DIVERGENCE = "nexus_clset_divergence_total";
    private static final String CATCH_UP_BYTES = "nexus_clset_catchup_bytes_total";
    private static final String REDIRECTS = "nexus_clset_redirects_total";

    private static final String REPAIRS = "nexus_clset_repairs_total";
    private static final String REPAIRED_ROWS = "nexus_clset_repaired_rows_total";
    private static final String REPAIR_BYTES = "nexus_clset_repair_bytes_total";
    private static final String SCRUB_PROGRESS = "nexus_scrub_progress";
    private static final String SCRUB_BYTES = "nexus_scrub_bytes_total";

    /** Metric name to help text. */
    public static final Map<String, String> HELP = Map.ofEntries(
            entry(
                    LATENCY,
                    "Time from a step's commit on this node to a follower's acknowledgement, by this node's clock."),
            entry(ENTRIES, "Allocations in this node's store, all segments."),
            entry(LAG, "Steps that another node is known to have and this node has not, by stream."),
            entry(DIVERGENCE, "Copies found to differ from the log at an equal position."),
            entry(CATCH_UP_BYTES, "Bytes of rows received to replace whole segments."),
            entry(REDIRECTS, "Followers sent to another node because as many as may follow a stream here already did."),
            entry(REPAIRS, "Copies that were corrected by comparing ranges of keys with another node."),
            entry(REPAIRED_ROWS, "Rows that such repairs corrected."),
            entry(REPAIR_BYTES, "Bytes sent and received to find out what differs, corrected rows included."),
            entry(SCRUB_PROGRESS, "Share of the segments that were read and checked in the pass under way, 0 to 1."),
            entry(SCRUB_BYTES, "Bytes of rows read to check them against their digest."));

    private final Meters meters;
    private final Timer latency;
    private final Counter divergence;
    private final Counter catchUpBytes;
    private final Counter redirects;
    private final Counter repairs;
    private final Counter repairedRows;
    private final Counter repairBytes;
    private final Counter scrubBytes;

    public FeedMetrics(Meters meters) {
        this.meters = meters;
        this.latency = meters.timer(LATENCY);
        this.divergence = meters.counter(DIVERGENCE);
        this.catchUpBytes = meters.counter(CATCH_UP_BYTES);
        this.redirects = meters.counter(REDIRECTS);
        this.repairs = meters.counter(REPAIRS);
        this.repairedRows = meters.counter(REPAIRED_ROWS);
        this.repairBytes = meters.counter(REPAIR_BYTES);
        this.scrubBytes = meters.counter(SCRUB_BYTES);
    }

    void entries(LongSupplier allocations) {
        meters.gauge(ENTRIES, allocations::getAsLong);
    }

    void lag(int stream, LongSupplier steps) {
        meters.gauge(LAG, steps::getAsLong, "stream", Integer.toString(stream));
    }

    void acknowledged(long nanosSinceCommit) {
        latency.update(nanosSinceCommit, TimeUnit.NANOSECONDS);
    }

    public void diverged() {
        divergence.inc();
    }

    void redirected() {
        redirects.inc();
    }

    void repaired(long rows) {
        repairs.inc();
        repairedRows.inc(rows);
    }

    void repairBytes(long bytes) {
        repairBytes.inc(bytes);
    }

    void scrubbed(long bytes) {
        scrubBytes.inc(bytes);
    }

    /** @param share from 0 to 1 */
    void scrubProgress(DoubleSupplier share) {
        meters.gauge(SCRUB_PROGRESS, share::getAsDouble);
    }

    void caughtUp(long bytes) {
        catchUpBytes.inc(bytes);
    }
}
