package io.nexus.statemachine.storage;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes concurrent callers share a flush. A caller is served by any flush that began after it called; so at most one
 * flush runs, and at most one more is waited for. Thread-safe.
 */
final class SharedFlush {
    private final Runnable flush;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private long begun;
    private long done;
    private boolean running;

    SharedFlush(Runnable flush) {
        this.flush = flush;
    }

    /** Returns when a flush that began after the call has ended; throws what it threw if this thread ran it. */
    void run() {
        lock.lock();
        try {
            long wanted = begun + 1;
            while (running && done < wanted) {
                ended.awaitUninterruptibly();
            }
            if (done >= wanted) {
                return;
            }
            running = true;
            begun++;
        } finally {
            lock.unlock();
        }
        boolean succeeded = false;
        try {
            flush.run();
            succeeded = true;
        } finally {
            lock.lock();
            try {
                running = false;
                if (succeeded) {
                    done = begun;
                }
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
