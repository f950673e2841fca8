package io.nexus.api.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single thread as its users want it: what fails on it is logged and not swallowed, and what comes after it was
 * stopped is dropped.
 */
final class EventThread {
    private static final Logger log = LoggerFactory.getLogger(EventThread.class);

    private final ScheduledExecutorService executor;

    EventThread(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /** Runs the task soon; false if the thread was stopped. */
    boolean run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    void after(long millis, Runnable task) {
        try {
            ScheduledFuture<?> unused = executor.schedule(() -> guarded(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            log.atDebug().log("a timer was set after the stop");
        }
    }

    /** At once, and again so long after each run: a pause of the process is not made up for. */
    void every(long millis, Runnable task) {
        try {
            ScheduledFuture<?> unused =
                    executor.scheduleWithFixedDelay(() -> guarded(task), 0, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            log.atDebug().log("a timer was set after the stop");
        }
    }

    /** Hands a result over to this thread, when it is there. */
    <T> void when(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> handler) {
        CompletableFuture<T> unused =
                future.whenComplete((result, failure) -> run(() -> handler.accept(result, failure)));
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("unexpected failure");
        }
    }
}
