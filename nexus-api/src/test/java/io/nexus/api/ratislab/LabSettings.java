package io.nexus.api.ratislab;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * The production settings, but made for tests that end soon: shorter elections, shorter waits for a node that was
 * down, shared event loops (those of one's own need two seconds to close), and log segments of a few kilobytes, so that
 * a snapshot purges the log at once. No snapshot at stop: closing a server can stand for a crash.
 */
final class LabSettings {
    private LabSettings() {}

    static RaftProperties of(Path directory, int port) {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        GrpcConfigKeys.Server.setHost(p, "127.0.0.1");
        GrpcConfigKeys.Server.setPort(p, port);
        rpc(p);
        log(p);
        snapshots(p);
        grpc(p);
        return p;
    }

    private static void rpc(RaftProperties p) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(600));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(1200));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(200));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(600));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, millis(3000));
        RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(1000));
        RaftServerConfigKeys.RetryCache.setExpiryTime(p, millis(10_000));
        RaftServerConfigKeys.setStagingTimeout(p, millis(30_000));
        p.set("raft.server.staging.catchup.gap", "200");
    }

    private static void log(RaftProperties p) {
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        p.set("raft.server.log.append-entries.compose.enabled", "false");
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("4KB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("4KB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("1100KB"));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("1MB"));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 1);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setQueueElementLimit(p, 1024);
        RaftServerConfigKeys.Log.setQueueByteLimit(p, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Write.setElementLimit(p, 256);
        RaftServerConfigKeys.Write.setByteLimit(p, SizeInBytes.valueOf("16MB"));
        p.set("raft.server.log.appender.wait-time.min", "0ms");
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "1ms,10, 200ms,100000");
    }

    private static void snapshots(RaftProperties p) {
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgeGap(p, 1);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(p, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, SizeInBytes.valueOf("1MB"));
        p.set("raft.grpc.server.install_snapshot.request.timeout", "10s");
    }

    private static void grpc(RaftProperties p) {
        p.set("raft.grpc.server.leader.outstanding.appends.max", "128");
        GrpcConfigKeys.setMessageSizeMax(p, SizeInBytes.valueOf("8MB"));
        GrpcConfigKeys.setFlowControlWindow(p, SizeInBytes.valueOf("4MB"));
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
