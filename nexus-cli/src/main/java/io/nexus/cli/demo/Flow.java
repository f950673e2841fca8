package io.nexus.cli.demo;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Runs a bounded number of asynchronous calls at a time over a list, and measures them. */
final class Flow {
    /** @param latencyMicros of the calls that succeeded */
    record Result(long succeeded, long failed, double seconds, Histogram latencyMicros) {
        double perSecond() {
            return succeeded / seconds;
        }

        String latency() {
            return String.format(
                    java.util.Locale.ROOT,
                    "p50 %.1f ms, p99 %.1f ms",
                    latencyMicros.getValueAtPercentile(50) / 1000.0,
                    latencyMicros.getValueAtPercentile(99) / 1000.0);
        }
    }

    private Flow() {}

    /**
     * @param call starts the call for an item; the number is its place in the list
     * @param progress told from the calling thread how many calls were started
     */
    static <T> Result run(
            List<T> items, int inFlight, BiFunction<T, Integer, CompletableFuture<?>> call, LongConsumer progress)
            throws InterruptedException {
        Semaphore free = new Semaphore(inFlight);
        Histogram latency = new ConcurrentHistogram(60_000_000L, 3);
        AtomicLong succeeded = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long start = System.nanoTime();
        for (int i = 0; i < items.size(); i++) {
            free.acquire();
            long begin = System.nanoTime();
            call.apply(items.get(i), i).whenComplete((answer, failure) -> {
                latency.recordValue(Math.min(60_000_000L, (System.nanoTime() - begin) / 1000));
                (failure == null ? succeeded : failed).incrementAndGet();
                free.release();
            });
            progress.accept(i);
        }
        free.acquire(inFlight);
        return new Result(succeeded.get(), failed.get(), (System.nanoTime() - start) / 1e9, latency);
    }
}
