package io.nexus.api.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread that a test drives by hand: it runs one task when told so, and drops everything when it dies. */
final class TurnExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private boolean dead;

    void die() {
        dead = true;
        tasks.clear();
        timers.clear();
    }

    boolean hasTask() {
        return !tasks.isEmpty();
    }

    boolean hasTimer() {
        return !timers.isEmpty();
    }

    void runTask() {
        tasks.remove(0).run();
    }

    void runAll() {
        while (hasTask()) {
            runTask();
        }
    }

    void fireTimer() {
        tasks.add(timers.remove(0));
    }

    /** Runs everything, then every timer that was set before, once. */
    void fireTimers() {
        runAll();
        int set = timers.size();
        for (int i = 0; i < set; i++) {
            fireTimer();
        }
        runAll();
    }

    @Override
    public void execute(Runnable task) {
        if (!dead) {
            tasks.add(task);
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        Timer<Object> timer = new Timer<>(() -> {
            task.run();
            return this;
        });
        if (!dead) {
            timers.add(timer);
        }
        return timer;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(task, first, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long period, TimeUnit unit) {
        return schedule(
                () -> {
                    task.run();
                    scheduleWithFixedDelay(task, first, period, unit);
                },
                period,
                unit);
    }

    @Override
    public void shutdown() {
        die();
    }

    @Override
    public List<Runnable> shutdownNow() {
        die();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return dead;
    }

    @Override
    public boolean isTerminated() {
        return dead;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return dead;
    }

    private static final class Timer<V> extends FutureTask<V> implements ScheduledFuture<V> {
        Timer(Callable<V> task) {
            super(task);
        }

        @Override
        public void run() {
            super.run();
            if (!isCancelled()) {
                try {
                    get();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
