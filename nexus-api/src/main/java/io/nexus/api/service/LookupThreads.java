package io.nexus.api.service;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that read the store for lookups: bounded, with a bounded queue. A task too many fails with OVERLOADED at
 * once. Thread-safe.
 */
public final class LookupThreads implements Executor, AutoCloseable {
    private static final int QUEUE_MAX = 4_096;
    private static final long CLOSE_SECONDS = 5;

    private final ThreadPoolExecutor pool;

    /** @param threads at least 1 */
    public LookupThreads(int threads) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                60,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE_MAX),
                task -> new Thread(task, "lookup-" + number.incrementAndGet()),
                (task, full) -> {
                    throw Problem.retry(
                                    Reason.OVERLOADED,
                                    Duration.ofSeconds(1),
                                    "this node has more lookups to answer than it can: try again in a second, or ask"
                                            + " another node")
                            .exception();
                });
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Finishes what is queued, for at most five seconds. */
    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
