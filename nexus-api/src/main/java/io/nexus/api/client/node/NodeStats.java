package io.nexus.api.client.node;

/**
 * One node as this client has met it.
 *
 * @param address {@code host:port}
 * @param nodeId empty while unknown
 * @param calls attempts sent there
 * @param failures of them that the node did not answer
 * @param latencyMicros moving average; 0 before the first answer
 * @param avoided others are asked first at the moment
 */
public record NodeStats(
        String address, String nodeId, long calls, long failures, long latencyMicros, boolean avoided) {}
