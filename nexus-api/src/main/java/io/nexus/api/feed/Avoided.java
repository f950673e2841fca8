package io.nexus.api.feed;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Peers that failed a moment ago, each time for longer, up to half a minute. Writer thread only. */
final class Avoided {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int DOUBLINGS_MAX = 5;

    private final Map<String, Long> until = new HashMap<>();
    private int failures;

    void add(String peer, long nowNanos) {
        until.put(peer, nowNanos + (FIRST_NANOS << Math.min(failures, DOUBLINGS_MAX)));
        failures++;
    }

    boolean allows(String peer, long nowNanos) {
        Long end = until.get(peer);
        return end == null || nowNanos - end >= 0;
    }

    /** Something worked: the next failure is a first one again. */
    void succeeded() {
        failures = 0;
    }
}
