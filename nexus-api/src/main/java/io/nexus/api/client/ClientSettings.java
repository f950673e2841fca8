package io.nexus.api.client;

import java.time.Duration;
import java.util.List;

/**
 * How a client is set up.
 *
 * @param servers gRPC addresses, {@code host:port}, at least one; a name stands for all of its addresses
 * @param timeout of each call with all its attempts and the pauses between them
 * @param attemptTimeout for one node to answer before the next is asked, where there are several
 * @param ringAware writes go straight to the owner of the pool's segment, as far as it is known
 * @param learnsNodes also nodes that the cluster tells of are asked, not only those that {@code servers} name
 * @param nodesMax connections at most
 * @param underWayMax calls at a time at most; more are refused at once with CLIENT_BUSY
 * @param hedgeShare of the lookups that may go to a second node too when the first is slower than 95 of 100; 0: none
 */
public record ClientSettings(
        List<String> servers,
        Duration timeout,
        Duration attemptTimeout,
        boolean ringAware,
        boolean learnsNodes,
        int nodesMax,
        int underWayMax,
        double hedgeShare) {
    private static final Duration ATTEMPT_MAX = Duration.ofSeconds(2);
    private static final int NODES_MAX = 64;
    private static final int UNDER_WAY_MAX = 10_000;

    /** Throws IllegalArgumentException that names what is wrong. */
    public ClientSettings {
        servers = List.copyOf(servers);
        require(!servers.isEmpty(), "no server given");
        require(!timeout.isNegative() && !timeout.isZero(), "timeout must be positive");
        require(!attemptTimeout.isNegative() && !attemptTimeout.isZero(), "attemptTimeout must be positive");
        require(nodesMax >= servers.size(), "nodesMax is less than the servers given");
        require(underWayMax > 0, "underWayMax must be positive");
        require(hedgeShare >= 0 && hedgeShare <= 1, "hedgeShare must be between 0 and 1");
    }

    /** For a client that lives long: finds all nodes of the cluster and the owner of each pool by itself. */
    public static ClientSettings of(List<String> servers, Duration timeout) {
        return new ClientSettings(
                servers, timeout, attempt(timeout), true, true, Math.max(NODES_MAX, servers.size()), UNDER_WAY_MAX, 0);
    }

    /** For a client that asks these nodes and no others, and nothing but what it is told to. */
    public static ClientSettings only(List<String> servers, Duration timeout) {
        return new ClientSettings(
                servers,
                timeout,
                attempt(timeout),
                false,
                false,
                Math.max(NODES_MAX, servers.size()),
                UNDER_WAY_MAX,
                0);
    }

    public ClientSettings withAttemptTimeout(Duration limit) {
        return new ClientSettings(servers, timeout, limit, ringAware, learnsNodes, nodesMax, underWayMax, hedgeShare);
    }

    public ClientSettings withUnderWayMax(int limit) {
        return new ClientSettings(
                servers, timeout, attemptTimeout, ringAware, learnsNodes, nodesMax, limit, hedgeShare);
    }

    public ClientSettings withHedgeShare(double share) {
        return new ClientSettings(
                servers, timeout, attemptTimeout, ringAware, learnsNodes, nodesMax, underWayMax, share);
    }

    /** Writes go to the owner, but only nodes that {@code servers} name are asked. */
    public ClientSettings withoutLearningNodes() {
        return new ClientSettings(
                servers, timeout, attemptTimeout, ringAware, false, nodesMax, underWayMax, hedgeShare);
    }

    /** Long enough for a node to find a new owner, short enough to ask two more nodes. */
    private static Duration attempt(Duration timeout) {
        Duration third = timeout.dividedBy(3);
        return third.compareTo(ATTEMPT_MAX) > 0 ? ATTEMPT_MAX : third.plusNanos(1);
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
