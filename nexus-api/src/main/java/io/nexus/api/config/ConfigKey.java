package io.nexus.api.config;

import java.util.Locale;

/**
 * Every configuration key. The file has one section for each part before the dot; the environment variable is {@code
 * NEXUS_} and the part after the dot in capitals. {@code conf/nexus.yaml} and {@code docs/reference/configuration.md}
 * are held to this list by a test.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions in a kind have no state
public enum ConfigKey {
    PEER_ID(
            "cluster.peer_id",
            ValueKind.name(),
            "",
            "Name of this node in status, metrics and logs. Empty: the address at which the others reach it."),
    PEERS(
            "cluster.peers",
            ValueKind.peers(),
            "",
            "Peer addresses of the nodes that found the cluster, with or without this one, in any order; the same nodes on"
                    + " every node, nine at most. Empty: a cluster of one node."),
    PEER_ADDR(
            "cluster.peer_addr",
            ValueKind.fixedBind(),
            ":9002",
            "Where to listen for the other nodes: cluster and CLSet traffic."),
    RAFT_ADDR(
            "cluster.raft_addr",
            ValueKind.fixedBind(),
            ":9003",
            "Where to listen for Raft traffic of the other nodes."),
    ADVERTISE_HOST(
            "cluster.advertise_host",
            ValueKind.host(),
            "",
            "Host name or address at which the others reach this node. Empty: the host of peer_addr if it names one, else"
                    + " the entry of peers that belongs to peer_id, else the name of the machine; 127.0.0.1 without"
                    + " peers."),
    SEGMENTS(
            "cluster.segments",
            ValueKind.count(1, 64),
            "12",
            "Number of segments, each decided by a Raft group of its own. Fixed when the cluster is founded."),
    NAMESPACE(
            "clset.namespace",
            ValueKind.name(),
            "nexus",
            "Accepted from older files, without effect: nodes find each other by peers."),
    SYNC_INTERVAL(
            "clset.sync_interval",
            ValueKind.duration("100ms", "1h"),
            "5s",
            "How often nodes compare their copies of records and drop tombstones that all have. Changes do not wait for"
                    + " it: they are pushed as they happen."),
    MAX_CLOCK_OFFSET(
            "clset.max_clock_offset",
            ValueKind.duration("10ms", "1m"),
            "500ms",
            "How far apart the clocks of two nodes may be. Records stamped later than that are not taken until they are"
                    + " due."),
    PEER_TTL(
            "clset.peer_ttl",
            ValueKind.duration("1s", "1h"),
            "30s",
            "A node that was not heard of for this long is shown as DOWN. It does not move ownership: elections do."),
    FAN_OUT(
            "clset.fan_out",
            ValueKind.count(1, 64),
            "6",
            "Nodes that may follow one segment at this node; further ones are sent to these and follow them."),
    SCRUB_INTERVAL(
            "clset.scrub_interval",
            ValueKind.duration("1s", "720h"),
            "24h",
            "Every segment is read once in this time, slowly, and compared with its digest; what is wrong is repaired from"
                    + " another node."),
    VIRTUAL_NODES(
            "hashring.virtual_nodes",
            ValueKind.count(1, 1_000),
            "150",
            "Points on the ring for each node. Fixed when the cluster is founded."),
    REPLICATION(
            "hashring.replication",
            ValueKind.count(0, 7),
            "0",
            "Members of each segment's Raft group. 0 is what older files have and means the default, 3; never more than"
                    + " there are nodes."),
    GRPC_ADDR("api.grpc_addr", ValueKind.bind(), ":9000", "Where to listen for gRPC."),
    HTTP_ADDR("api.http_addr", ValueKind.bind(), ":9001", "Where to listen for HTTP: REST, health, metrics."),
    DATA_DIR(
            "node.data_dir",
            ValueKind.path(),
            "./nexus-data",
            "Directory of everything this node keeps. Its node identity is in it: do not share or copy it."),
    QUEUE_COMMANDS(
            "limits.queue_commands",
            ValueKind.count(16, 1_000_000),
            "8192",
            "Commands that may wait for one segment; beyond that callers are told to come back (OVERLOADED)."),
    REQUEST_TIMEOUT(
            "limits.request_timeout",
            ValueKind.duration("100ms", "10m"),
            "5s",
            "Time for a request whose caller sets no deadline."),
    REQUEST_TIMEOUT_MAX(
            "limits.request_timeout_max",
            ValueKind.duration("1s", "1h"),
            "60s",
            "Longest time that a caller's deadline can ask for."),
    GRPC_CALLS(
            "limits.grpc_calls",
            ValueKind.count(1, 100_000),
            "1000",
            "Calls in progress on one gRPC connection; further ones wait in the client."),
    HTTP_THREADS("limits.http_threads", ValueKind.count(8, 256), "32", "Most threads that serve HTTP."),
    HTTP_CONNECTIONS(
            "limits.http_connections",
            ValueKind.count(16, 100_000),
            "4096",
            "HTTP connections at one time; further ones wait to be accepted."),
    CLOCK_OFFSET_WARN(
            "limits.clock_offset_warn",
            ValueKind.duration("10ms", "1h"),
            "500ms",
            "A node whose clock is further than this from the median of the cluster's says so in its status."),
    CLOCK_OFFSET_MAX(
            "limits.clock_offset_max",
            ValueKind.duration("10ms", "1h"),
            "2s",
            "A node whose clock is further than this from the median does not use it: it stamps leases by the median."),
    WATCHERS(
            "limits.watchers",
            ValueKind.count(0, 100_000),
            "1000",
            "Watches in progress at one time, over gRPC and HTTP together; further ones are told to ask another node."),
    WATCH_WINDOW(
            "limits.watch_window",
            ValueKind.bytes("1MiB", "1GiB"),
            "32MiB",
            "Recent changes of all segments that are kept in the heap for watchers; who is further behind is told all anew."),
    SNAPSHOT_LOG_BYTES(
            "snapshots.snapshot_log_bytes",
            ValueKind.bytes("1MiB", "10GiB"),
            "32MiB",
            "A segment is snapshotted, and its log can be cut, after this much of log."),
    SNAPSHOT_INTERVAL(
            "snapshots.snapshot_interval",
            ValueKind.duration("10s", "24h"),
            "10m",
            "A segment that changed is snapshotted at least this often."),
    STORE_MEMORY(
            "store.store_memory",
            ValueKind.bytes("16MiB", "64GiB"),
            "128MiB",
            "Memory outside the Java heap for the store's cache and write buffers.");

    private static final String ENV_PREFIX = "NEXUS_";

    private final String path;
    private final ValueKind kind;
    private final String defaultText;
    private final String help;

    ConfigKey(String path, ValueKind kind, String defaultText, String help) {
        this.path = path;
        this.kind = kind;
        this.defaultText = defaultText;
        this.help = help;
    }

    /** {@code section.name} as in the file. */
    public String path() {
        return path;
    }

    public String section() {
        return path.substring(0, path.indexOf('.'));
    }

    public String leaf() {
        return path.substring(path.indexOf('.') + 1);
    }

    /** The environment variable that overrides the file. */
    public String env() {
        return ENV_PREFIX + leaf().toUpperCase(Locale.ROOT);
    }

    public ValueKind kind() {
        return kind;
    }

    /** As one would write it in the environment; a list is separated by commas. */
    public String defaultText() {
        return defaultText;
    }

    public String help() {
        return help;
    }
}
