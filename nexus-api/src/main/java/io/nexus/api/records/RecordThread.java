package io.nexus.api.records;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the records. What a task throws is a failure of the disk, or a broken invariant: it is told
 * once, and nothing is written any more.
 */
final class RecordThread implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(RecordThread.class);
    private static final long END_SECONDS = 10;

    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "records"));
    private final Consumer<Throwable> failure;
    private boolean failed;
    private boolean ended;

    RecordThread(Consumer<Throwable> failure) {
        this.failure = failure;
    }

    /** Throws RejectedExecutionException once it has ended. */
    @Override
    public void execute(Runnable task) {
        executor.execute(() -> guarded(task));
    }

    /** For what is of no use once the thread has ended. */
    void offer(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("something came when the records had ended");
        }
    }

    void every(long millis, Runnable task) {
        ScheduledFuture<?> unused =
                executor.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void guarded(Runnable task) {
        if (failed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failed = true;
            failure.accept(e);
        }
    }

    /** Finishes what is queued, then the last task, unless something failed. False if it had ended already. */
    synchronized boolean end(Runnable last) {
        if (ended) {
            return false;
        }
        ended = true;
        execute(last);
        executor.shutdown();
        try {
            if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
