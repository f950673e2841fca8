package io.nexus.api.node;

import io.nexus.api.cluster.ClockGuard;
import io.nexus.api.cluster.DataDirectory;
import io.nexus.api.cluster.FoundingTerms;
import io.nexus.api.cluster.HardSettings;
import io.nexus.api.cluster.HeartbeatSettings;
import io.nexus.api.cluster.NodeAddresses;
import io.nexus.api.cluster.PeerAddresses;
import io.nexus.api.config.HostPort;
import io.nexus.api.config.NodeConfig;
import io.nexus.api.consensus.Consensus;
import io.nexus.api.grpc.GrpcServer;
import io.nexus.api.http.HttpServer;
import io.nexus.api.records.RecordSettings;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.storage.StoreOptions;
import java.net.InetSocketAddress;

/** What the configuration means to the parts of a node. Computes, does nothing. */
record NodeSetup(NodeConfig config, String machineName) {
    /** Of the ring; part of the cluster's hard settings. */
    private static final long HASH_SEED = 0x6e65787573L;

    DataDirectory directory() {
        return new DataDirectory(config.node().dataDir().toAbsolutePath());
    }

    int segments() {
        return config.cluster().segments();
    }

    HardSettings hardSettings() {
        return new HardSettings(
                null,
                segments(),
                HASH_SEED,
                HardSettings.FORMAT_VERSION,
                config.hashring().virtualNodes());
    }

    NodeAddresses addresses() {
        return new NodeAddresses(
                config.nodeName(machineName),
                config.peerAddresses(machineName).self(),
                advertised(config.cluster().raftAddr()),
                advertised(config.api().grpcAddr()),
                advertised(config.api().httpAddr()));
    }

    FoundingTerms terms() {
        NodeAddresses self = addresses();
        PeerAddresses peers = config.peerAddresses(machineName);
        int members = Math.min(config.hashring().replication(), peers.all().size());
        return new FoundingTerms(self, peers, hardSettings(), members);
    }

    NodeEntry self(String nodeId) {
        NodeAddresses self = addresses();
        return new NodeEntry(nodeId, self.name(), self.peerAddr(), self.raftAddr(), self.grpcAddr(), self.httpAddr());
    }

    StoreOptions storeOptions() {
        long memory = config.node().storeMemoryBytes() - recordMemoryBytes();
        StoreOptions standard = StoreOptions.DEFAULT;
        // A third for rows not yet flushed, the rest to read from.
        return new StoreOptions(
                        memory - memory / 3,
                        memory / 3,
                        standard.backgroundJobs(),
                        standard.libraryDirectory(),
                        standard.flushOnClose())
                .withLibraryDirectory(directory().root().resolve("native"));
    }

    /** Records are few beside allocations. */
    private long recordMemoryBytes() {
        return config.node().storeMemoryBytes() / 8;
    }

    StoreOptions recordStoreOptions() {
        long memory = recordMemoryBytes();
        return new StoreOptions(memory / 2, memory / 2, 1, directory().root().resolve("native"), true);
    }

    RecordSettings records() {
        return new RecordSettings(config.clset().syncInterval(), config.clset().maxClockOffset());
    }

    InetSocketAddress peerListen() {
        return listen(config.cluster().peerAddr());
    }

    HostPort raftListen() {
        return config.cluster().raftAddr();
    }

    GrpcServer.Settings grpc() {
        return new GrpcServer.Settings(
                listen(config.api().grpcAddr()),
                config.limits().grpcCalls(),
                config.limits().requestTimeout(),
                config.limits().requestTimeoutMax());
    }

    HttpServer.Settings http() {
        return new HttpServer.Settings(
                listen(config.api().httpAddr()),
                config.limits().httpThreads(),
                config.limits().httpConnections(),
                config.limits().requestTimeout());
    }

    int watchersMax() {
        return config.limits().watchers();
    }

    long watchWindowBytes() {
        return config.limits().watchWindowBytes();
    }

    Consensus.Bounds bounds() {
        return new Consensus.Bounds(
                config.limits().queueCommands(),
                config.snapshots().logBytes(),
                config.snapshots().interval());
    }

    ClockGuard.Settings clock() {
        return new ClockGuard.Settings(
                config.limits().clockOffsetWarn(), config.limits().clockOffsetMax());
    }

    int fanOut() {
        return config.clset().fanOut();
    }

    HeartbeatSettings heartbeats() {
        return HeartbeatSettings.DEFAULT.withTtl(config.clset().peerTtl());
    }

    private String advertised(HostPort address) {
        return config.advertised(address, machineName);
    }

    private static InetSocketAddress listen(HostPort address) {
        return address.isWildcard()
                ? new InetSocketAddress(address.port())
                : new InetSocketAddress(address.host(), address.port());
    }
}
