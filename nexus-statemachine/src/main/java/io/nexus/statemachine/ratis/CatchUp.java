package io.nexus.statemachine.ratis;

import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.SegmentStore;
import io.nexus.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Brings a segment's store to a log index that the log itself no longer leads to, by pulling the whole segment from
 * another node; tries for ever, until closed. The pull has a thread of its own, so that the group's updater can be
 * released when the group closes: Ratis waits for its updater, and tells nobody that it does. Thread-safe.
 */
final class CatchUp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
    private static final long FIRST_DELAY_MILLIS = 200;
    private static final long MAX_DELAY_MILLIS = 5_000;
    private static final long CLOSE_MILLIS = 10_000;
    private static final long POLL_MILLIS = 100;

    private final int segment;
    private final SegmentStore store;
    private final SegmentSource source;
    private final Runnable flush;
    private final Consumer<Throwable> fatal;
    private final Object lock = new Object();

    // guarded by lock, but for the volatile ones, which are only written under it
    private long target = -1;
    private boolean renewing;
    private volatile boolean distrusted;
    private @Nullable Thread worker;
    private @Nullable Throwable failure;
    private volatile boolean pending;
    private volatile boolean closed;

    /**
     * @param flush makes the store durable
     * @param fatal hears that the store failed
     */
    CatchUp(int segment, SegmentStore store, SegmentSource source, Runnable flush, Consumer<Throwable> fatal) {
        this.segment = segment;
        this.store = store;
        this.source = source;
        this.flush = flush;
        this.fatal = fatal;
    }

    /**
     * Asks that the store be at this index or past it, durably. Starts a flush or a pull on a thread of its own where
     * it is not, or raises the aim of the one that runs, and returns: Ratis forgets a marker that comes meanwhile. After
     * close nothing is pulled, but the rows stay pending, so that nothing is applied without them.
     */
    void require(long minLogIndex) {
        if (isAt(minLogIndex, store.flushedPosition())) {
            return;
        }
        synchronized (lock) {
            start(minLogIndex);
        }
    }

    private void start(long minLogIndex) {
        target = Math.max(target, minLogIndex);
        pending = true;
        if (worker == null && !closed) {
            worker = new Thread(this::run, "segment-" + segment + "-pull");
            worker.setDaemon(true);
            worker.start();
        }
    }

    /** The rows in the store are wrong: to be pulled anew with the next {@link #renewDistrusted}. Any thread. */
    void distrust() {
        distrusted = true;
    }

    /**
     * Starts to pull the rows anew if they are distrusted, though the store is where it has to be. Called by the store's
     * writer, which writes nothing until the pull is over.
     *
     * @param index where the store is: a source must be as far
     */
    boolean renewDistrusted(long index) {
        if (!distrusted) {
            return false;
        }
        synchronized (lock) {
            distrusted = false;
            renewing = true;
            start(index);
        }
        return true;
    }

    /** True while the store is not where it has to be. Does not block. */
    boolean pending() {
        return pending;
    }

    /**
     * Waits until the store is where it has to be.
     *
     * @param closing asked now and then; once it says yes the pull is given up
     * @return false if it was given up
     */
    boolean await(BooleanSupplier closing) {
        try {
            while (pending && !closed) {
                if (closing.getAsBoolean()) {
                    close();
                    break;
                }
                synchronized (lock) {
                    if (failure != null) {
                        throw new IllegalStateException("segment " + segment + " could not be pulled", failure);
                    }
                    if (pending && !closed) {
                        lock.wait(POLL_MILLIS);
                    }
                }
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
        return !pending;
    }

    /** Ends the pull; returns when its thread has ended, or after ten seconds. */
    @Override
    public void close() {
        Thread running;
        synchronized (lock) {
            closed = true;
            running = worker;
            lock.notifyAll();
        }
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (running.isAlive()) {
            LOG.atError().addKeyValue("segment", segment).log("pull does not end");
        }
    }

    private void run() {
        try {
            LOG.atInfo()
                    .addKeyValue("segment", segment)
                    .addKeyValue("position", store.position())
                    .log("segment is behind the log, or wrong: pulling it");
            long since = System.nanoTime();
            for (int failures = 0; !closed && !finish(); ) {
                failures = attempt(failures) ? 0 : failures + 1;
                if (failures > 0) {
                    backOff(failures);
                }
            }
            LOG.atInfo()
                    .addKeyValue("segment", segment)
                    .addKeyValue("position", store.position())
                    .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since))
                    .log(pending ? "pull given up" : "segment pulled");
        } catch (Throwable t) {
            synchronized (lock) {
                failure = t;
            }
            fatal.accept(t);
        } finally {
            synchronized (lock) {
                if (worker == Thread.currentThread()) {
                    worker = null;
                }
                lock.notifyAll();
            }
        }
    }

    /** Lets the waiters go if the store is where it has to be; false if it is not. */
    private boolean finish() {
        long wanted;
        synchronized (lock) {
            wanted = target;
            if (renewing) {
                return false;
            }
        }
        if (!isDurableAt(wanted)) {
            return false;
        }
        synchronized (lock) {
            pending = target > wanted || renewing;
            if (!pending) {
                worker = null; // in the same breath: whoever asks from now on needs another one
                lock.notifyAll();
            }
            return !pending;
        }
    }

    /** Asks the source once; false if it has to be tried again later. */
    private boolean attempt(int failures) {
        long wanted;
        boolean anew;
        synchronized (lock) {
            wanted = target;
            anew = renewing;
        }
        try {
            // Of rows to be pulled anew the seq counts, which the install compares: the log may have gone on without.
            source.pull(segment, anew && isAt(wanted, store.position()) ? 0 : wanted, store);
            if (!isAt(wanted, store.position())) {
                throw new IOException("the source was behind: pulled " + store.position());
            }
            synchronized (lock) {
                renewing = false;
            }
            return true;
        } catch (StorageFailure e) {
            throw e;
        } catch (Exception e) {
            // Not a line for each: a node may wait for hours for its peers.
            LOG.atLevel(failures % 100 == 0 && !closed ? Level.WARN : Level.DEBUG)
                    .addKeyValue("segment", segment)
                    .addKeyValue("wantedIndex", wanted)
                    .addKeyValue("failures", failures + 1)
                    .setCause(e)
                    .log("pull failed, will be repeated");
            return false;
        }
    }

    private void backOff(int failures) {
        long delay = Math.min(MAX_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(failures - 1, 5));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay);
        synchronized (lock) {
            for (long left = delay; left > 0 && !closed; ) {
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    // close() sets its flag before it interrupts, so the loop ends; a stray interrupt does not matter.
                    LOG.atDebug().addKeyValue("segment", segment).log("interrupted");
                }
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        }
    }

    private static boolean isAt(long index, @Nullable Position position) {
        return position != null && position.index() >= index;
    }

    /** The data must survive a crash before the log goes on from there. */
    private boolean isDurableAt(long index) {
        if (!isAt(index, store.position())) {
            return false;
        }
        if (!isAt(index, store.flushedPosition())) {
            flush.run();
        }
        return isAt(index, store.flushedPosition());
    }
}
