package io.nexus.api.config;

import io.nexus.api.cluster.PeerAddresses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The configuration of one node, complete and valid in itself. The keys and defaults are in {@link ConfigKey}. */
public record NodeConfig(
        Cluster cluster, Clset clset, Hashring hashring, Api api, Node node, Limits limits, Snapshots snapshots) {

    /**
     * Who this node is and whom it belongs to.
     *
     * @param peerId empty: see {@link #nodeName}
     * @param peers as configured, without duplicates
     * @param advertiseHost empty: see {@link #advertisedHost}
     */
    public record Cluster(
            String peerId,
            List<HostPort> peers,
            HostPort peerAddr,
            HostPort raftAddr,
            String advertiseHost,
            int segments) {
        public Cluster {
            peers = peers.stream().distinct().toList();
        }
    }

    /**
     * The read side.
     *
     * @param maxClockOffset of two nodes' clocks; records stamped later are not taken until they are due
     * @param fanOut nodes that follow one segment at this node
     * @param scrubInterval every segment is recounted once in this time
     */
    public record Clset(
            String namespace,
            Duration syncInterval,
            Duration maxClockOffset,
            Duration peerTtl,
            int fanOut,
            Duration scrubInterval) {}

    /**
     * How segments are placed.
     *
     * @param replication members of each group, from 1; the 0 of older files is already replaced
     */
    public record Hashring(int virtualNodes, int replication) {
        static final int DEFAULT_REPLICATION = 3;
    }

    public record Api(HostPort grpcAddr, HostPort httpAddr) {}

    /**
     * What this node keeps.
     *
     * @param storeMemoryBytes outside the Java heap
     */
    public record Node(Path dataDir, long storeMemoryBytes) {}

    /**
     * What a node takes upon itself at most.
     *
     * @param queueCommands waiting for one segment
     * @param requestTimeout where the caller sets no deadline
     * @param grpcCalls in progress on one connection
     * @param clockOffsetWarn from the median of the cluster's clocks; clockOffsetMax likewise
     * @param watchWindowBytes of recent changes of all segments
     */
    public record Limits(
            int queueCommands,
            Duration requestTimeout,
            Duration requestTimeoutMax,
            int grpcCalls,
            int httpThreads,
            int httpConnections,
            Duration clockOffsetWarn,
            Duration clockOffsetMax,
            int watchers,
            long watchWindowBytes) {}

    public record Snapshots(long logBytes, Duration interval) {}

    /**
     * Where the other nodes reach this one.
     *
     * @param machineName the name of this machine, for when the configuration says nothing
     */
    public String advertisedHost(String machineName) {
        if (!cluster.advertiseHost().isEmpty()) {
            return cluster.advertiseHost();
        }
        if (!cluster.peerAddr().isWildcard()) {
            return cluster.peerAddr().host();
        }
        if (cluster.peers().isEmpty()) {
            return "127.0.0.1";
        }
        String own = cluster.peerId();
        return cluster.peers().stream()
                .map(HostPort::host)
                .filter(host -> !own.isEmpty() && (host.equals(own) || host.startsWith(own + ".")))
                .findFirst()
                .orElse(machineName);
    }

    /** One of this node's listening addresses as the others are told it. */
    public String advertised(HostPort address, String machineName) {
        return address.at(advertisedHost(machineName)).toString();
    }

    /**
     * The nodes that found the cluster.
     *
     * @throws IllegalArgumentException never for a configuration that {@link ConfigLoader} let pass
     */
    public PeerAddresses peerAddresses(String machineName) {
        return PeerAddresses.of(
                cluster.peers().stream().map(HostPort::toString).toList(), advertised(cluster.peerAddr(), machineName));
    }

    /** Name of this node for people: the peer id, or the address at which the others reach it. */
    public String nodeName(String machineName) {
        return cluster.peerId().isEmpty() ? advertised(cluster.peerAddr(), machineName) : cluster.peerId();
    }
}
