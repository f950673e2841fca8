package io.nexus.statemachine.model;

/** A node of the roster: its identity (from its disk) and where it is reached; addresses are {@code host:port}. */
public record NodeEntry(
        String nodeId, String name, String peerAddr, String raftAddr, String grpcAddr, String httpAddr) {}
