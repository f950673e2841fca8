package io.nexus.api.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every metric name with its type, labels and help. Immutable. {@code docs/reference/metrics.md} is held to {@link
 * #base()} by a test; parts with many metrics of their own add theirs with {@link #with}.
 */
public final class MetricNames {
    public static final String ALLOCATIONS = "nexus_allocations_total";
    public static final String ALLOCATION_LATENCY = "nexus_allocation_latency_seconds";
    public static final String POOL_UTILIZATION = "nexus_pool_utilization";
    public static final String CLUSTER_PEERS = "nexus_cluster_peers_total";
    public static final String CLUSTER_PEER_STATUS = "nexus_cluster_peer_status";
    public static final String HASHRING_POOLS = "nexus_hashring_pools";
    public static final String CLSET_SYNC_LATENCY = "nexus_clset_sync_latency_seconds";
    public static final String CLSET_ENTRIES = "nexus_clset_entries_total";
    public static final String CLSET_CONFLICTS = "nexus_clset_conflicts_total";
    public static final String READY = "nexus_ready";
    public static final String BUILD_INFO = "nexus_build_info";
    public static final String SEGMENTS_LED = "nexus_segments_led";
    public static final String SEGMENT_SEQ = "nexus_segment_seq";
    public static final String SEGMENT_STALENESS = "nexus_segment_staleness_seconds";
    public static final String STORE_SIZE = "nexus_store_size_bytes";
    public static final String GRPC_REQUESTS = "nexus_grpc_requests_total";
    public static final String GRPC_LATENCY = "nexus_grpc_latency_seconds";
    public static final String DEADLINE_DEFAULTED = "nexus_requests_without_deadline_total";
    public static final String HTTP_REQUESTS = "nexus_http_requests_total";
    public static final String HTTP_LATENCY = "nexus_http_latency_seconds";
    public static final String WATCHERS = "nexus_watchers";
    public static final String WATCH_EVENTS = "nexus_watch_events_total";
    public static final String WATCH_RESYNCS = "nexus_watch_resyncs_total";
    public static final String WATCH_REFUSED = "nexus_watch_refused_total";
    public static final String WATCH_LAG = "nexus_watch_lag_steps";
    public static final String METRICS_CAPPED = "nexus_metrics_capped_total";
    public static final String JVM_MEMORY_USED = "jvm_memory_used_bytes";
    public static final String JVM_MEMORY_COMMITTED = "jvm_memory_committed_bytes";
    public static final String JVM_MEMORY_MAX = "jvm_memory_max_bytes";
    public static final String JVM_DIRECT_MEMORY = "jvm_buffer_pool_used_bytes";
    public static final String JVM_THREADS = "jvm_threads_current";
    public static final String JVM_GC_COLLECTIONS = "jvm_gc_collections_total";
    public static final String JVM_GC_SECONDS = "jvm_gc_collection_seconds_total";
    public static final String PROCESS_CPU = "process_cpu_seconds_total";
    public static final String PROCESS_RSS = "process_resident_memory_bytes";
    public static final String PROCESS_OPEN_FDS = "process_open_fds";
    public static final String PROCESS_MAX_FDS = "process_max_fds";
    public static final String PROCESS_START = "process_start_time_seconds";

    private static final List<Metric> BASE = List.of(
            counter(ALLOCATIONS, "Allocate requests by result: created, existing or the reason", "pool", "result"),
            summary(ALLOCATION_LATENCY, "Time to answer an allocate request", "pool"),
            gauge(POOL_UTILIZATION, "Share of the pool's addresses that are allocated, 0 to 1", "pool"),
            gauge(CLUSTER_PEERS, "Nodes in the roster, this one included"),
            gauge(CLUSTER_PEER_STATUS, "1 up, 0.5 suspect, 0 down, as this node sees it", "peer"),
            gauge(HASHRING_POOLS, "Pools whose segment the node owns, as far as this node knows", "owner"),
            summary(
                    CLSET_SYNC_LATENCY,
                    "Time from a change on this node to a follower's acknowledgement of it; samples only where nodes follow"
                            + " segments that they are no member of"),
            gauge(CLSET_ENTRIES, "Allocations in this node's store, all segments"),
            counter(CLSET_CONFLICTS, "Records that were written on two nodes at once"),
            gauge(READY, "1 while /ready answers 200"),
            gauge(BUILD_INFO, "Always 1; the label says what runs", "version"),
            gauge(SEGMENTS_LED, "Groups that this node leads, the meta group included"),
            gauge(SEGMENT_SEQ, "Position of this node's copy in the segment's stream", "segment"),
            gauge(SEGMENT_STALENESS, "This node's copy is at most this old; NaN while unknown", "segment"),
            gauge(STORE_SIZE, "Bytes of the node's store on disk"),
            counter(GRPC_REQUESTS, "Finished gRPC calls", "method", "code"),
            summary(GRPC_LATENCY, "Time from the start to the end of a gRPC call", "method"),
            counter(DEADLINE_DEFAULTED, "gRPC calls that came without a deadline and got the default"),
            counter(HTTP_REQUESTS, "Finished HTTP requests", "route", "status"),
            summary(HTTP_LATENCY, "Time from the start to the end of an HTTP request", "route"),
            gauge(WATCHERS, "Watches in progress", "transport"),
            counter(WATCH_EVENTS, "Entries, changes and signs of life that were sent to watchers"),
            counter(WATCH_RESYNCS, "Watches that could not go on from where they were", "reason"),
            counter(WATCH_REFUSED, "Watches refused because there were as many as limits.watchers"),
            gauge(WATCH_LAG, "Steps of a stream that the slowest watcher has not taken yet"),
            counter(METRICS_CAPPED, "Metrics counted under _other because their name had too many label values"),
            gauge(JVM_MEMORY_USED, "Memory in use", "area"),
            gauge(JVM_MEMORY_COMMITTED, "Memory that the JVM has from the system", "area"),
            gauge(JVM_MEMORY_MAX, "Memory that the JVM may take; -1 without a limit", "area"),
            gauge(JVM_DIRECT_MEMORY, "Memory of NIO buffers", "pool"),
            gauge(JVM_THREADS, "Live threads"),
            counter(JVM_GC_COLLECTIONS, "Garbage collections", "gc"),
            counter(JVM_GC_SECONDS, "Time spent in garbage collections", "gc"),
            counter(PROCESS_CPU, "CPU time of the process, user and system"),
            gauge(PROCESS_RSS, "Resident memory of the process; absent where the system does not tell"),
            gauge(PROCESS_OPEN_FDS, "Open file descriptors"),
            gauge(PROCESS_MAX_FDS, "Limit of file descriptors"),
            gauge(PROCESS_START, "Start of the process in seconds since the epoch"));

    private final SortedMap<String, Metric> byName;

    private MetricNames(SortedMap<String, Metric> byName) {
        this.byName = byName;
    }

    /** The names that are listed in this class. */
    public static MetricNames base() {
        SortedMap<String, Metric> names = new TreeMap<>();
        BASE.forEach(metric -> names.put(metric.name(), metric));
        return new MetricNames(names);
    }

    /** These and others, name to help. A name that is known already keeps what it has. */
    public MetricNames with(Map<String, String> helpByName) {
        SortedMap<String, Metric> names = new TreeMap<>(byName);
        helpByName.forEach((name, help) -> names.putIfAbsent(name, new Metric(name, null, List.of(), help)));
        return new MetricNames(names);
    }

    public @Nullable Metric find(String name) {
        return byName.get(name);
    }

    /** By name. */
    public Collection<Metric> all() {
        return List.copyOf(byName.values());
    }

    /**
     * What is known of a name.
     *
     * @param type null: as what it is registered
     * @param labels empty also where the part that owns the metric does not list them here
     */
    public record Metric(String name, @Nullable Type type, List<String> labels, String help) {}

    public enum Type {
        COUNTER,
        GAUGE,
        SUMMARY;

        /** As the text format spells it. */
        public String text() {
            return switch (this) {
                case COUNTER -> "counter";
                case GAUGE -> "gauge";
                case SUMMARY -> "summary";
            };
        }
    }

    private static Metric counter(String name, String help, String... labels) {
        return new Metric(name, Type.COUNTER, List.of(labels), help);
    }

    private static Metric gauge(String name, String help, String... labels) {
        return new Metric(name, Type.GAUGE, List.of(labels), help);
    }

    private static Metric summary(String name, String help, String... labels) {
        return new Metric(name, Type.SUMMARY, List.of(labels), help);
    }
}
