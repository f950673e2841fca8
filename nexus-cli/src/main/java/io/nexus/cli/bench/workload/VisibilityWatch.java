package io.nexus.cli.bench.workload;

import io.nexus.api.v1.AsOf;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.cli.bench.fleet.Calls;
import io.nexus.cli.bench.fleet.FleetNode;
import io.nexus.cli.bench.report.BenchReport.Visibility;
import io.nexus.cli.bench.verify.PoolBook;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Follows writes to one node. A lookup there carries the write's token, so that the node answers when its own store has
 * the write; where it asked the owner instead, because its wait was over, the answer does not count and the lookup is
 * repeated. Thread-safe.
 */
final class VisibilityWatch {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int FOLLOWED_MAX = 512;
    private static final long MICROS_MAX = TimeUnit.MINUTES.toMicros(1);
    private static final String OWNER = "owner";
    private static final String SEVERAL = "several";

    private final FleetNode node;
    private final Calls calls;
    private final boolean[] owns;
    private final Semaphore free = new Semaphore(FOLLOWED_MAX);
    private final Histogram seen = new ConcurrentHistogram(MICROS_MAX, 3);
    private final Histogram floor = new ConcurrentHistogram(MICROS_MAX, 3);
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private volatile String role = "";

    /** @param owns for each pool whether the node owns it */
    VisibilityWatch(FleetNode node, Calls calls, boolean[] owns) {
        this.node = node;
        this.calls = calls;
        this.owns = owns.clone();
    }

    FleetNode node() {
        return node;
    }

    long skipped() {
        return skipped.get();
    }

    /** @param acknowledgedNanos when this process was told of the write */
    void follow(PoolBook book, int pool, int subscriber, String token, long acknowledgedNanos) {
        if (free.tryAcquire()) {
            new Followed(book, pool, subscriber, token, acknowledgedNanos).ask();
        } else {
            skipped.incrementAndGet();
        }
    }

    /** Waits until nothing is followed any more. */
    void finish() throws InterruptedException {
        free.tryAcquire(FOLLOWED_MAX, 2 * LIMIT_NANOS, TimeUnit.NANOSECONDS);
    }

    Visibility row() {
        return new Visibility(
                node.name(),
                role,
                seen.getTotalCount(),
                missing.get(),
                seen.getValueAtPercentile(50) / 1e3,
                seen.getValueAtPercentile(99) / 1e3,
                seen.getMaxValue() / 1e3,
                floor.getValueAtPercentile(50) / 1e3);
    }

    private static void record(Histogram histogram, long sinceNanos) {
        histogram.recordValue(Math.min(MICROS_MAX, (System.nanoTime() - sinceNanos) / 1_000));
    }

    /** One write on its way. */
    private final class Followed {
        private final PoolBook book;
        private final int pool;
        private final int subscriber;
        private final LookupRequest request;
        private final long acknowledgedNanos;

        Followed(PoolBook book, int pool, int subscriber, String token, long acknowledgedNanos) {
            this.book = book;
            this.pool = pool;
            this.subscriber = subscriber;
            this.acknowledgedNanos = acknowledgedNanos;
            this.request = LookupRequest.newBuilder()
                    .setSubscriberId(book.name(subscriber))
                    .setPoolId(book.pool())
                    .setConsistency(Consistency.newBuilder().setToken(token))
                    .build();
        }

        void ask() {
            calls.lookup(request, this::answered, failure -> askAgain());
        }

        private void answered(LookupResponse answer) {
            String from =
                    answer.getAsOfList().stream().map(AsOf::getRole).findFirst().orElse("");
            boolean itsOwnWord = owns[pool] == from.equals(OWNER);
            if (!itsOwnWord) {
                askAgain();
                return;
            }
            record(seen, acknowledgedNanos);
            role = role.isEmpty() || role.equals(from) ? from : SEVERAL;
            book.found(subscriber, answer.getAllocationsList());
            askForTheFloor();
        }

        private void askAgain() {
            if (System.nanoTime() - acknowledgedNanos > LIMIT_NANOS) {
                missing.incrementAndGet();
                free.release();
            } else {
                ask();
            }
        }

        /** The same lookup with nothing to wait for. */
        private void askForTheFloor() {
            long start = System.nanoTime();
            calls.lookup(
                    request,
                    answer -> {
                        record(floor, start);
                        free.release();
                    },
                    failure -> free.release());
        }
    }
}
