package io.nexus.api.cluster;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The two threads of this package: one that never blocks and on which heartbeats and proofs live, one for the disk and
 * for founding.
 */
public final class ClusterThreads implements AutoCloseable {
    private static final long STOP_SECONDS = 5;

    private final ScheduledThreadPoolExecutor cluster = single("nexus-cluster");
    private final ScheduledThreadPoolExecutor disk = single("nexus-cluster-disk");

    EventThread cluster() {
        return new EventThread(cluster);
    }

    EventThread disk() {
        return new EventThread(disk);
    }

    /** Ends everything on the thread that never blocks. */
    void stopCluster() {
        cluster.shutdownNow();
    }

    /** Ends everything at once, as a dying process does. */
    void cut() {
        cluster.shutdownNow();
        disk.shutdownNow();
    }

    /** Runs one task at a time, which may block. */
    public Executor diskExecutor() {
        return disk;
    }

    /** Drops timers, waits for what is running. Blocks for up to five seconds. */
    @Override
    public void close() {
        cluster.shutdownNow();
        disk.shutdown();
        try {
            if (!disk.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                disk.shutdownNow();
            }
        } catch (InterruptedException e) {
            disk.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static ScheduledThreadPoolExecutor single(String name) {
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, factory);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        return executor;
    }
}
