package io.nexus.api.feed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Lets its thread read so many bytes per second on average and no more: checks and repairs must not take the disk from
 * those who serve. For one thread, which waits in {@link #accept}; an interrupt ends the reading.
 */
final class ReadPace implements IntConsumer {
    private static final int CHECK_BYTES = 64 << 10;

    private final long bytesPerSecond;
    private long startedNanos = System.nanoTime();
    private long bytes;
    private int unchecked;

    ReadPace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Thrown out of a scan whose thread was interrupted. */
    static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public void accept(int read) {
        unchecked += read;
        if (unchecked < CHECK_BYTES) {
            return;
        }
        bytes += unchecked;
        unchecked = 0;
        long due = startedNanos + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            checkInterrupt();
        }
        checkInterrupt();
        long now = System.nanoTime();
        if (bytes >= bytesPerSecond) { // a second's worth: time that was not used is not saved up
            startedNanos = now;
            bytes = 0;
        }
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Interrupted();
        }
    }
}
