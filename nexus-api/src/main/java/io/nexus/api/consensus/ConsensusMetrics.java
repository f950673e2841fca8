package io.nexus.api.consensus;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import io.nexus.api.metrics.Meters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What this package counts. Thread-safe. */
public final class ConsensusMetrics {
    static final String QUEUE = "nexus_consensus_queue_length";
    static final String IN_FLIGHT = "nexus_consensus_inflight";
    static final String BATCHES = "nexus_consensus_batches_total";
    static final String COMMANDS = "nexus_consensus_batch_commands_total";
    static final String BATCH_TIME = "nexus_consensus_batch_seconds";
    static final String OVERLOADED = "nexus_consensus_overloaded_total";
    static final String ROUTED_PENDING = "nexus_consensus_routed_pending";
    static final String ROUTED = "nexus_consensus_routed_total";
    static final String RETRIES = "nexus_consensus_retries_total";
    static final String PAUSES = "nexus_consensus_pauses_total";
    static final String GROUPS_STOPPED = "nexus_consensus_groups_stopped";
    static final String GROUPS_MISSING = "nexus_consensus_groups_missing";
    static final String TRANSFERS = "nexus_consensus_transfers_total";
    static final String SNAPSHOTS = "nexus_consensus_snapshots_total";
    static final String HOUSEKEEPING = "nexus_consensus_housekeeping_total";
    static final String FORWARD_PENDING = "nexus_forward_pending";
    static final String FORWARD_FRAMES = "nexus_forward_frames_total";
    static final String FORWARD_COMMANDS = "nexus_forward_commands_total";
    static final String FORWARD_BREAKS = "nexus_forward_stream_breaks_total";
    static final String FORWARD_SERVED = "nexus_forward_served_total";

    /** Name to help of all metrics of this package, Ratis' own among them. */
    public static final Map<String, String> HELP = help();

    private final Meters meters;
    private final Map<String, Counter> byResult = new ConcurrentHashMap<>();
    private final Timer batchTime;
    private final Counter overloaded;
    private final Counter retries;
    private final Counter decided;
    private final Counter pauses;

    public ConsensusMetrics(Meters meters) {
        this.meters = meters;
        this.batchTime = meters.timer(BATCH_TIME);
        this.overloaded = meters.counter(OVERLOADED);
        this.retries = meters.counter(RETRIES);
        this.decided = meters.counter(ROUTED, "result", "decided");
        this.pauses = meters.counter(PAUSES);
    }

    Meters meters() {
        return meters;
    }

    void watch(int segment, SegmentBatcher batcher) {
        String label = Integer.toString(segment);
        meters.gauge(QUEUE, batcher::queued, "segment", label);
        meters.gauge(IN_FLIGHT, batcher::inFlight, "segment", label);
    }

    /** @param result applied, refused or unknown */
    void batch(int commands, String result) {
        counted(BATCHES, "result", result).inc();
        counted(COMMANDS, "result", result).inc(commands);
    }

    void batchTime(long nanos) {
        batchTime.update(nanos, TimeUnit.NANOSECONDS);
    }

    void overloaded() {
        overloaded.inc();
    }

    void retried() {
        retries.inc();
    }

    void paused() {
        pauses.inc();
    }

    void decided() {
        decided.inc();
    }

    /** @param result the reason why a command was not decided */
    void notDecided(String result) {
        counted(ROUTED, "result", result).inc();
    }

    void transferred(boolean success) {
        counted(TRANSFERS, "result", success ? "done" : "failed").inc();
    }

    void snapshot(boolean success) {
        counted(SNAPSHOTS, "result", success ? "done" : "failed").inc();
    }

    /** @param kind expire or tick */
    void housekeeping(String kind) {
        counted(HOUSEKEEPING, "kind", kind).inc();
    }

    void forwarded(String peer, int commands) {
        counted(FORWARD_FRAMES, "peer", peer).inc();
        counted(FORWARD_COMMANDS, "peer", peer).inc(commands);
    }

    void streamBroke(String peer) {
        counted(FORWARD_BREAKS, "peer", peer).inc();
    }

    void served(int commands) {
        counted(FORWARD_SERVED, "", "").inc(commands);
    }

    void gauge(String name, IntSupplier value, String... labels) {
        meters.gauge(name, value::getAsInt, labels);
    }

    private Counter counted(String name, String label, String value) {
        return byResult.computeIfAbsent(
                name + value, key -> label.isEmpty() ? meters.counter(name) : meters.counter(name, label, value));
    }

    private static Map<String, String> help() {
        Map<String, String> help = new TreeMap<>();
        help.put(QUEUE, "Commands that wait for a batch on their owner, by segment");
        help.put(IN_FLIGHT, "Batches between proposal and answer, by segment");
        help.put(BATCHES, "Batches proposed on this node, by result: applied, refused or unknown");
        help.put(COMMANDS, "Commands in the batches proposed on this node, by result of the batch");
        help.put(BATCH_TIME, "Time from the proposal of a batch to its answer");
        help.put(OVERLOADED, "Commands refused because a queue was at its limit");
        help.put(ROUTED_PENDING, "Commands of this node's callers that are not decided yet");
        help.put(ROUTED, "Commands of this node's callers, by result: decided or the reason why not");
        help.put(RETRIES, "Attempts beyond the first to get a command decided");
        help.put(PAUSES, "Times that this process stood still for seconds and refused writes after it");
        help.put(GROUPS_STOPPED, "Groups that were stopped on this node after a failure");
        help.put(GROUPS_MISSING, "Groups that should run on this node and do not");
        help.put(TRANSFERS, "Leaderships handed to another member, by result");
        help.put(SNAPSHOTS, "Snapshots taken by schedule, by result");
        help.put(HOUSEKEEPING, "Commands that this node proposed by itself, by kind: expire or tick");
        help.put(FORWARD_PENDING, "Commands forwarded and not answered yet, by peer");
        help.put(FORWARD_FRAMES, "Frames of commands sent to their owner, by peer");
        help.put(FORWARD_COMMANDS, "Commands forwarded to their owner, by peer");
        help.put(FORWARD_BREAKS, "Forwarding streams that broke, by peer");
        help.put(FORWARD_SERVED, "Commands that other nodes forwarded to this one");
        help.putAll(RatisMetricNames.HELP);
        return Map.copyOf(help);
    }
}
