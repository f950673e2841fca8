package io.nexus.api.records;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the records count. Thread-safe. */
public final class RecordMetrics {
    private static final String LIVE = "nexus_records";
    private static final String WRITE_SECONDS = "nexus_records_write_seconds";
    private static final String QUEUE = "nexus_records_queue_length";
    private static final String OVERLOADED = "nexus_records_overloaded_total";
    private static final String RECEIVED = "nexus_records_received_total";
    private static final String FUTURE = "nexus_records_future_stamps_total";
    private static final String DIVERGENCE = "nexus_records_divergence_total";
    private static final String CATCH_UPS = "nexus_records_catchups_total";
    private static final String DROPPED = "nexus_records_tombstones_dropped_total";
    private static final String FOLLOWED = "nexus_records_peers_followed";

    /** Metric name to help text. */
    public static final Map<String, String> HELP = Map.of(
            LIVE, "Records (subscriber configurations, sessions, devices) on this node",
            WRITE_SECONDS, "Time from the arrival of a record's write to its answer, the disk included",
            QUEUE, "Writes of records that wait for the writer thread",
            OVERLOADED, "Writes of records refused because too many were waiting",
            RECEIVED, "Writes of records that other nodes sent",
            FUTURE, "Times that a node's writes were not taken because its clock is ahead, by peer",
            DIVERGENCE, "Replicas of records found to differ although they have the same writes",
            CATCH_UPS, "Transfers of records that this node asked for, by kind",
            DROPPED, "Tombstones of records that every node had and this one dropped",
            FOLLOWED, "Nodes whose record writes are coming in");

    private final Meters meters;
    private final Counter conflicts;
    private final Counter overloaded;
    private final Counter received;
    private final Counter divergence;
    private final Counter dropped;
    private final Timer writes;

    public RecordMetrics(Meters meters) {
        this.meters = meters;
        this.conflicts = meters.counter(MetricNames.CLSET_CONFLICTS);
        this.overloaded = meters.counter(OVERLOADED);
        this.received = meters.counter(RECEIVED);
        this.divergence = meters.counter(DIVERGENCE);
        this.dropped = meters.counter(DROPPED);
        this.writes = meters.timer(WRITE_SECONDS);
    }

    void gauges(LongSupplier live, LongSupplier queued) {
        meters.gauge(LIVE, live::getAsLong);
        meters.gauge(QUEUE, queued::getAsLong);
    }

    void followed(LongSupplier peers) {
        meters.gauge(FOLLOWED, peers::getAsLong);
    }

    void conflicts(int count) {
        conflicts.inc(count);
    }

    void overloaded() {
        overloaded.inc();
    }

    void received(int count) {
        received.inc(count);
    }

    void diverged() {
        divergence.inc();
    }

    void dropped(int count) {
        dropped.inc(count);
    }

    void future(String peer) {
        meters.counter(FUTURE, "peer", peer).inc();
    }

    void catchUp(String kind) {
        meters.counter(CATCH_UPS, "kind", kind).inc();
    }

    void written(long nanos) {
        writes.update(nanos, TimeUnit.NANOSECONDS);
    }
}
