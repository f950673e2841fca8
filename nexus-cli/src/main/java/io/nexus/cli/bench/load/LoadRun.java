package io.nexus.cli.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One run of a job at a pace, within bounds. Used once, by one thread. */
public final class LoadRun {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** What a call is counted under that was not answered when the run had to end. */
    public static final String NO_ANSWER = "NO_ANSWER";

    private final Job job;
    private final Pace pace;
    private final Bounds bounds;
    private final Progress progress;
    private final Recording recording;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicLong answered = new AtomicLong();
    private long beginNanos;
    private volatile long lastAnswerNanos;
    private volatile boolean over;

    /** Told about every second, on the thread that runs. */
    @FunctionalInterface
    public interface Progress {
        void at(LoadResult.Tick tick, long done, long failed);
    }

    public LoadRun(Job job, Pace pace, Bounds bounds, Progress progress) {
        this.job = job;
        this.pace = pace;
        this.bounds = bounds;
        this.progress = progress;
        this.recording = new Recording(job.kinds());
    }

    /** Blocks until the bounds are reached and the calls in flight have ended or were given up. */
    public LoadResult run() throws InterruptedException {
        beginNanos = System.nanoTime();
        lastAnswerNanos = beginNanos;
        Starter starter = pace instanceof Pace.Open open ? new OpenStarter(this, open) : new ClosedStarter(this);
        starter.begin();
        watch(beginNanos + bounds.time().toNanos());
        starter.stop();
        watch(System.nanoTime() + bounds.drain().toNanos());
        over = true;
        long unanswered = starter.started() - answered.get();
        for (long i = 0; i < unanswered; i++) {
            recording.failed(0, NO_ANSWER);
        }
        double seconds = (lastAnswerNanos - beginNanos) / 1e9;
        recording.tick(Math.max(seconds, 1e-3));
        return recording.result(pace, seconds, starter.notStarted());
    }

    private void watch(long untilNanos) throws InterruptedException {
        long next = System.nanoTime() + TICK_NANOS;
        while (true) {
            long now = System.nanoTime();
            long wait = Math.min(untilNanos, next) - now;
            if (ended.await(Math.max(0, wait), TimeUnit.NANOSECONDS) || System.nanoTime() >= untilNanos) {
                return;
            }
            if (System.nanoTime() >= next) {
                LoadResult.Tick tick = recording.tick((System.nanoTime() - beginNanos) / 1e9);
                progress.at(tick, recording.done(), recording.failed());
                next += TICK_NANOS;
            }
        }
    }

    /* --------------- for the starters --------------- */

    Job job() {
        return job;
    }

    Pace pace() {
        return pace;
    }

    Bounds bounds() {
        return bounds;
    }

    long beginNanos() {
        return beginNanos;
    }

    /** Nothing is in flight and nothing will be started. */
    void ended() {
        ended.countDown();
    }

    /** @param failure null: the call succeeded */
    void answered(int kind, long sinceNanos, @org.jspecify.annotations.Nullable String failure) {
        if (over) {
            return; // counted as NO_ANSWER
        }
        long now = System.nanoTime();
        if (failure == null) {
            recording.done(kind, now - sinceNanos);
        } else {
            recording.failed(kind, failure);
        }
        lastAnswerNanos = now;
        answered.incrementAndGet();
    }

    /** Starts calls. */
    interface Starter {
        void begin();

        /** No further calls; those in flight go on. */
        void stop();

        long started();

        long notStarted();
    }
}
