package io.nexus.api.client;

import io.nexus.api.v1.Consistency;
import java.time.Duration;

/**
 * What a lookup must be at least as fresh as.
 *
 * @param token at least this write; empty: no particular one
 * @param maxStalenessMillis at most this old; 0: no bound
 * @param owner the owner's answer
 */
public record ReadAt(String token, long maxStalenessMillis, boolean owner) {
    /** Whatever the node that is asked has: answered by any node, also with no owner in reach. */
    public static final ReadAt LOCAL = new ReadAt("", 0, false);

    /** The owner's word: linearizable, and not answered where the owner cannot be reached. */
    public static final ReadAt OWNER = new ReadAt("", 0, true);

    /** At least the write that was answered with this token. */
    public static ReadAt atLeast(String token) {
        return new ReadAt(token, 0, false);
    }

    /** At most so old; STALE_READ if no node can promise that. */
    public static ReadAt atMostStale(Duration age) {
        return new ReadAt("", Math.max(1, age.toMillis()), false);
    }

    Consistency consistency() {
        return Consistency.newBuilder()
                .setToken(token)
                .setMaxStalenessMs(maxStalenessMillis)
                .setOwner(owner)
                .build();
    }
}
