package io.nexus.statemachine.storage;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Guards native resources, because a handle used after it was freed ends the JVM: they are freed once the gate is
 * closed and nobody is inside, by whoever comes last. Thread-safe; entering and leaving may be on different threads.
 */
final class Gate {
    private static final long CLOSED = 1L << 62;

    /** Number of those inside, and the closed bit. */
    private final AtomicLong state = new AtomicLong();

    private final AtomicBoolean freeing = new AtomicBoolean();
    private final CountDownLatch freed = new CountDownLatch(1);
    private final String name;
    private final Runnable free;

    Gate(String name, Runnable free) {
        this.name = name;
        this.free = free;
    }

    /** Goes in; fails with {@link IllegalStateException} if the gate is closed. */
    void enter() {
        if (!tryEnter()) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    /** Goes in; false if the gate is closed, then there is nothing to leave. */
    boolean tryEnter() {
        if (state.getAndIncrement() >= CLOSED) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        if (state.decrementAndGet() == CLOSED) {
            freeOnce();
        }
    }

    /** Lets nobody in any more. Does not wait. Idempotent. */
    void close() {
        if (state.getAndUpdate(seen -> seen | CLOSED) == 0) {
            freeOnce();
        }
    }

    /** Waits until the resources are freed; false if somebody is still inside after this time. */
    boolean awaitFreed(long nanos) {
        try {
            return freed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void freeOnce() {
        if (freeing.compareAndSet(false, true)) {
            try {
                free.run();
            } finally {
                freed.countDown();
            }
        }
    }
}
