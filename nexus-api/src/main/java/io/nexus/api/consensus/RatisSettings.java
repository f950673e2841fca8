package io.nexus.api.consensus;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;

/**
 * How Ratis is set up, one line and one reason for each key. Measured with up to thirteen groups for a node on two
 * cores; with the defaults the same groups elected no stable leaders and wrote a hundred times less.
 */
public final class RatisSettings {
    /**
     * One of Ratis' keys.
     *
     * @param why what goes wrong without it
     */
    public record Setting(String key, String value, String why) {}

    private static final List<Setting> ALL = List.of(
            // elections
            set("raft.server.rpc.timeout.min", "1s", "heartbeats of all groups cost half a core at the default 150 ms"),
            set("raft.server.rpc.timeout.max", "2s", "failover in 1 to 2.5 s, beyond the pauses of a busy machine"),
            set("raft.server.rpc.first-election.timeout.min", "300ms", "a cold start need not wait for a dead leader"),
            set("raft.server.rpc.first-election.timeout.max", "1s", "as above"),
            set("raft.server.rpc.request.timeout", "3s", "an append that was not answered is sent again"),
            set("raft.server.leaderelection.leader.step-down.wait-time", "3s", "a paused leader steps down after it"),
            set(
                    "raft.server.sleep.deviation.threshold",
                    "1s",
                    "followers that overslept by it skip the election check"),
            set("raft.server.close.threshold", "120s", "a node stopped for a minute goes on; after longer it exits"),
            set(
                    "raft.server.notification.no-leader.timeout",
                    "15s",
                    "the log says soon enough that a group is headless"),
            // log
            set("raft.server.log.log-metadata.enabled", "false", "doubles entries and syncs at low load"),
            set("raft.server.log.append-entries.compose.enabled", "false", "fewer thread hops on followers"),
            set(
                    "raft.server.log.write.buffer.size",
                    "1100KB",
                    "direct memory of each group; 8 bytes over the limit below"),
            set("raft.server.log.appender.buffer.byte-limit", "1MB", "largest entry; never to be lowered on old logs"),
            set(
                    "raft.server.log.appender.retry.policy",
                    "1ms,10, 500ms,100000000",
                    "a member that comes back is spoken to within half a second"),
            set("raft.server.log.appender.wait-time.min", "0ms", "no artificial gap between appends"),
            set("raft.server.log.segment.size.max", "8MB", "only whole segments are purged"),
            set("raft.server.log.segment.cache.num.max", "1", "heap of each group"),
            set("raft.server.log.segment.cache.size.max", "16MB", "heap of each group"),
            set("raft.server.log.preallocated.size", "1MB", "disk of each group"),
            set("raft.server.log.queue.element-limit", "1024", "a full queue blocks with the group's lock held"),
            set("raft.server.log.queue.byte-limit", "8MB", "as above"),
            set("raft.server.write.element-limit", "256", "entries are batches; the batcher is the queue"),
            set("raft.server.write.byte-limit", "16MB", "as above"),
            set("raft.server.retrycache.expirytime", "10s", "every entry of the time is in memory on every member"),
            set("raft.server.log.corruption.policy", "EXCEPTION", "a log that cannot be read is not guessed at"),
            set("raft.server.log.unsafe-flush.enabled", "false", "would acknowledge before the data is on disk"),
            set("raft.server.log.async-flush.enabled", "false", "loses the failure of a sync"),
            // snapshots and purge
            set("raft.server.snapshot.auto.trigger.enabled", "true", "without it there is no snapshot at stop either"),
            set(
                    "raft.server.snapshot.auto.trigger.threshold",
                    "400000",
                    "counts entries: ours are batches, see schedule"),
            set("raft.server.snapshot.creation.gap", "1", "a snapshot that is asked for is taken"),
            set("raft.server.snapshot.retention.file.num", "2", "one may be on its way to a follower"),
            set("raft.server.log.purge.gap", "1", "each snapshot may purge: they are rare"),
            set("raft.server.log.purge.upto.snapshot.index", "true", "a dead member must not fill the others' disks"),
            set("raft.server.log.purge.preservation.log.num", "1000", "a member that restarts needs no installation"),
            set(
                    "raft.server.log.appender.install.snapshot.enabled",
                    "true",
                    "notify mode can wedge; on all nodes alike"),
            set("raft.server.log.appender.snapshot.chunk.size.max", "1MB", "written with the follower's lock held"),
            set(
                    "raft.grpc.server.install_snapshot.request.timeout",
                    "10s",
                    "a slow follower must not fail the transfer"),
            // membership
            set("raft.server.staging.timeout", "30s", "a new member may need to install the segment first"),
            set("raft.server.staging.catchup.gap", "200", "entries are batches"),
            // transport
            set("raft.grpc.server.leader.outstanding.appends.max", "128", "a full window sends empty appends instead"),
            set("raft.grpc.message.size.max", "8MB", "at least the entry limit and 1 MB"),
            set("raft.grpc.flow.control.window", "4MB", "of each connection"),
            set("raft.grpc.server.boss-group.size", "1", "bounded event loops, not shared between the directions"),
            set("raft.grpc.server.worker-group.size", Loops.SIZE, "as above"),
            set("raft.grpc.client.worker-group.size", Loops.SIZE, "as above"));

    private RatisSettings() {}

    public static List<Setting> all() {
        return ALL;
    }

    /**
     * @param directory holds one directory for each group and nothing else
     * @param port where this node listens for the other members
     * @param overrides key to value, for tests
     */
    static RaftProperties properties(Path directory, String host, int port, Map<String, String> overrides) {
        RaftProperties properties = new RaftProperties();
        ALL.forEach(setting -> properties.set(setting.key(), setting.value()));
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        properties.set("raft.rpc.type", "GRPC");
        properties.set("raft.grpc.server.host", host);
        properties.set("raft.grpc.server.port", Integer.toString(port));
        overrides.forEach(properties::set);
        return properties;
    }

    private static Setting set(String key, String value, String why) {
        return new Setting(key, value, why);
    }

    /** Event loops by cores: one on two cores, two on four and more. */
    private static final class Loops {
        static final String SIZE = Runtime.getRuntime().availableProcessors() >= 4 ? "2" : "1";
    }
}
