package io.nexus.api.client.call;

import java.util.Arrays;

/** The latencies of the last lookups, to tell a slow one. Thread-safe, of constant size. */
final class Latencies {
    private static final int KEPT = 256;
    /** Fewer say nothing about the slow ones. */
    private static final int KEPT_MIN = 64;
    /** The quantile is worked out anew after so many. */
    private static final int STEP = 32;

    private final long[] nanos = new long[KEPT];
    private int count;
    private volatile long p95Nanos;

    synchronized void add(long tookNanos) {
        nanos[count++ % KEPT] = tookNanos;
        if (count >= KEPT_MIN && count % STEP == 0) {
            long[] sorted = Arrays.copyOf(nanos, Math.min(count, KEPT));
            Arrays.sort(sorted);
            p95Nanos = sorted[sorted.length * 95 / 100];
        }
        if (count == Integer.MAX_VALUE - STEP) {
            count = KEPT;
        }
    }

    /** 0 while too few are known. */
    long p95Nanos() {
        return p95Nanos;
    }
}
