package io.nexus.api.cluster;

import java.time.Duration;

/**
 * How nodes watch each other.
 *
 * @param interval between two heartbeats to a node
 * @param timeout of one heartbeat, and of a proof of leadership
 * @param suspectAfter so many missed in a row make a node SUSPECT
 * @param ttl not heard of for so long makes it DOWN
 */
public record HeartbeatSettings(Duration interval, Duration timeout, int suspectAfter, Duration ttl) {
    public static final HeartbeatSettings DEFAULT =
            new HeartbeatSettings(Duration.ofMillis(500), Duration.ofSeconds(1), 3, Duration.ofSeconds(30));

    public HeartbeatSettings withTtl(Duration newTtl) {
        return new HeartbeatSettings(interval, timeout, suspectAfter, newTtl);
    }
}
