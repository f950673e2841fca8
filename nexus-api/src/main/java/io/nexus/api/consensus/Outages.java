package io.nexus.api.consensus;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Since when which segments get nothing decided. On the minority side of a partition callers must hear soon that it is
 * so, instead of waiting until their deadlines in growing numbers. Thread-safe.
 */
final class Outages {
    /** Failures further apart than this are not one outage. */
    private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ConcurrentMap<Integer, Outage> outages = new ConcurrentHashMap<>();
    private final long patienceNanos;

    private record Outage(long beganNanos, long lastNanos) {}

    /** @param patience longer than an ordinary failover takes */
    Outages(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    void failed(int segment, long nowNanos) {
        outages.merge(
                segment,
                new Outage(nowNanos, nowNanos),
                (known, first) -> isOver(known, nowNanos) ? first : new Outage(known.beganNanos, nowNanos));
    }

    void decided(int segment) {
        if (!outages.isEmpty()) {
            outages.remove(segment);
        }
    }

    /** True if it has lasted so long that new commands should not wait for its end. */
    boolean isLong(int segment, long nowNanos) {
        Outage outage = outages.get(segment);
        return outage != null && !isOver(outage, nowNanos) && nowNanos - outage.beganNanos > patienceNanos;
    }

    /** 0 while there is none. */
    long millis(int segment, long nowNanos) {
        Outage outage = outages.get(segment);
        return outage == null ? 0 : Math.max(0, (nowNanos - outage.beganNanos) / 1_000_000);
    }

    private static boolean isOver(Outage outage, long nowNanos) {
        return nowNanos - outage.lastNanos > GAP_NANOS;
    }
}
