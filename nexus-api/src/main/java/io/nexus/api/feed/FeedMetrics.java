package io.nexus.api.feed;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import io.nexus.api.metrics.Meters;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the read side counts. Thread-safe. */
public final class FeedMetrics {
    private static final String LATENCY = "nexus_clset_sync_latency_seconds";
    private static final String ENTRIES = "nexus_clset_entries_total";
    private static final String LAG = "nexus_clset_stream_lag_seq";
    private static final String DIVERGENCE = "nexus_clset_divergence_total";
    private static final String CATCH_UP_BYTES = "nexus_clset_catchup_bytes_total";

    /** Metric name to help text. */
    public static final Map<String, String> HELP = Map.of(
            LATENCY, "Time from a step's commit on this node to a follower's acknowledgement, by this node's clock.",
            ENTRIES, "Allocations in this node's store, all segments.",
            LAG, "Steps that another node is known to have and this node has not, by stream.",
            DIVERGENCE, "Copies found to differ from the log at an equal position.",
            CATCH_UP_BYTES, "Bytes of rows received to replace whole segments.");

    private final Meters meters;
    private final Timer latency;
    private final Counter divergence;
    private final Counter catchUpBytes;

    public FeedMetrics(Meters meters) {
        this.meters = meters;
        this.latency = meters.timer(LATENCY);
        this.divergence = meters.counter(DIVERGENCE);
        this.catchUpBytes = meters.counter(CATCH_UP_BYTES);
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

    void diverged() {
        divergence.inc();
    }

    void caughtUp(long bytes) {
        catchUpBytes.inc(bytes);
    }
}
