package io.nexus.api.cluster;

import io.nexus.statemachine.model.NodeEntry;

/**
 * How a node presents itself: its configured name and the addresses ({@code host:port}) under which others reach it.
 * The peer address is in the normal form of {@link PeerAddresses}.
 */
public record NodeAddresses(String name, String peerAddr, String raftAddr, String grpcAddr, String httpAddr) {
    NodeEntry entry(String nodeId) {
        return new NodeEntry(nodeId, name, peerAddr, raftAddr, grpcAddr, httpAddr);
    }
}
