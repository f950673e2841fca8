package io.nexus.api.consensus;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which of Ratis' metrics are shown, and as what. The list is short: the others cost time and tell little. */
final class RatisMetricNames {
    /** Stands for a peer in Ratis' names. */
    private static final String PEER = "%s";

    private static final String TIME = "_seconds_total";
    private static final String TIMES = "_count_total";

    private static final List<Row> ROWS = List.of(
            row("leader_election", "electionCount", "elections_total", 1, "Elections that this member started"),
            row("leader_election", "timeoutCount", "election_timeouts_total", 1, "Elections without a result in time"),
            row("leader_election", "transferLeadershipCount", "transfers_total", 1, "Leaderships handed over"),
            row(
                    "leader_election",
                    "lastLeaderElapsedTime",
                    "leader_age_seconds",
                    1e-3,
                    "Since the leader was heard of"),
            row("log_worker", "syncTime", "log_sync", 1, "Syncs of the log to disk"),
            row("log_worker", "queueingDelay", "log_queue", 1, "Waiting of log tasks for the log's thread"),
            row("log_worker", "dataQueueSize", "log_queue_length", 1, "Log tasks that wait for the log's thread"),
            row("log_worker", "appendEntryCount", "log_entries_total", 1, "Entries written to the log"),
            row("log_worker", "purgeLog", "log_purge", 1, "Purges of the log"),
            row("log_worker", "closedSegmentsSizeInBytes", "log_closed_bytes", 1, "Log files that are complete"),
            row("log_worker", "openSegmentSizeInBytes", "log_open_bytes", 1, "The log file that is written"),
            row("server", "%s_lastHeartbeatElapsedTime", "follower_age_seconds", 1e-9, "Since the follower answered"),
            row("server", "%s_peerCommitIndex", "peer_commit_index", 1, "What the peer knows to be committed"),
            row("server", "clientWriteRequest", "write", 1, "Writes of entries, from proposal to answer"),
            row("server", "numPendingRequestInQueue", "pending_entries", 1, "Entries proposed and not answered"),
            row(
                    "server",
                    "numResourceLimitHits",
                    "resource_limit_hits_total",
                    1,
                    "Entries refused at Ratis' own limits"),
            row("server", "numFailedClientWriteOnServer", "failed_writes_total", 1, "Entries that were not decided"),
            row("server", "numInstallSnapshot", "installs_total", 1, "Snapshots that this member was sent"),
            row("server", "retryCacheEntryCount", "retry_cache_entries", 1, "Answers that Ratis keeps for repeats"),
            row(
                    "log_appender",
                    "follower_%s_match_index",
                    "follower_match_index",
                    1,
                    "Log known to be on the follower"),
            row("log_appender", "follower_%s_next_index", "follower_next_index", 1, "Entry sent to the follower next"),
            row("state_machine", "appliedIndex", "applied_index", 1, "Last entry handed to the state machine"),
            row("state_machine", "applyCompletedIndex", "apply_completed_index", 1, "Last entry that was applied"),
            row("state_machine", "takeSnapshot", "snapshot", 1, "Snapshots taken"));

    static final Map<String, String> HELP = help();

    private RatisMetricNames() {}

    /**
     * @param component as Ratis calls it
     * @param name as Ratis calls it, with {@code %s} for a peer
     * @param shown without prefix; for timers without suffix
     * @param scale from Ratis' unit to ours
     */
    record Row(String component, String name, String shown, double scale, String help) {
        String gauge() {
            return "nexus_ratis_" + shown;
        }

        String time() {
            return gauge() + TIME;
        }

        String times() {
            return gauge() + TIMES;
        }

        private boolean timer() {
            return List.of("log_sync", "log_queue", "log_purge", "write", "snapshot")
                    .contains(shown);
        }
    }

    /** A row and the peer in the name, if there is one. */
    record Match(Row row, @Nullable String peer) {}

    /** Null for a metric that is not shown. */
    static @Nullable Match find(String component, String name) {
        for (Row row : ROWS) {
            if (row.component.equals(component)) {
                int hole = row.name.indexOf(PEER);
                if (hole < 0 ? row.name.equals(name) : fits(row.name, hole, name)) {
                    return new Match(row, hole < 0 ? null : peer(row.name, hole, name));
                }
            }
        }
        return null;
    }

    private static boolean fits(String pattern, int hole, String name) {
        return name.length() > pattern.length() - PEER.length()
                && name.startsWith(pattern.substring(0, hole))
                && name.endsWith(pattern.substring(hole + PEER.length()));
    }

    private static String peer(String pattern, int hole, String name) {
        return name.substring(hole, name.length() - (pattern.length() - hole - PEER.length()));
    }

    private static Map<String, String> help() {
        Map<String, String> help = new TreeMap<>();
        for (Row row : ROWS) {
            if (row.timer()) {
                help.put(row.time(), row.help + ": time in total, by segment");
                help.put(row.times(), row.help + ": how many, by segment");
            } else {
                help.put(row.gauge(), row.help + (row.name.contains(PEER) ? ", by segment and peer" : ", by segment"));
            }
        }
        return Map.copyOf(help);
    }

    private static Row row(String component, String name, String shown, double scale, String help) {
        return new Row(component, name, shown, scale, help);
    }
}
