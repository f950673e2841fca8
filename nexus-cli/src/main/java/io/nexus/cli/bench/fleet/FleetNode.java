package io.nexus.cli.bench.fleet;

/**
 * One node of the cluster under test.
 *
 * @param grpc {@code host:port}
 * @param http {@code host:port}; empty if it does not tell
 */
public record FleetNode(String id, String name, String grpc, String http) {}
