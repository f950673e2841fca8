package io.nexus.api.consensus;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that many wake and one thread does: a step runs on the executor, never twice at a time, and once more if it was
 * woken meanwhile. Thread-safe, never blocks the one who wakes.
 */
final class SerialStep {
    private static final Logger LOG = LoggerFactory.getLogger(SerialStep.class);

    private final Executor executor;
    private final Runnable step;
    private final Runnable rejected;
    private final AtomicInteger wakes = new AtomicInteger();

    /** @param rejected runs on the thread of who woke when the executor was shut down */
    SerialStep(Executor executor, Runnable step, Runnable rejected) {
        this.executor = executor;
        this.step = step;
        this.rejected = rejected;
    }

    void wake() {
        if (wakes.getAndIncrement() == 0) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException shutDown) {
                wakes.set(0);
                rejected.run();
            }
        }
    }

    private void run() {
        int seen = wakes.get();
        do {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a step failed, the next one goes on");
            }
            seen = wakes.addAndGet(-seen);
        } while (seen != 0);
    }
}
