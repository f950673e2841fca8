package io.nexus.api.ratislab;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gets the rows of one group from elsewhere when the newest marker is past them, on a thread of its own; asked again
 * until it succeeds. While it runs nothing else may write the group: the updater waits in {@link #await}.
 */
final class ToyPull {
    private static final long RETRY_MILLIS = 20;

    private final int group;
    private final ToyDatabase database;
    private final ToyMarkers markers;
    private final Source source;
    private final Consumer<String> trace;
    private @Nullable Thread running;
    private boolean abandoned;

    /** Copies a group from some other node that has it at {@code minIndex} or later; throws if none can serve now. */
    @FunctionalInterface
    interface Source {
        void pull(int group, long minIndex, ToyDatabase into) throws IOException;
    }

    ToyPull(int group, ToyDatabase database, ToyMarkers markers, Source source, Consumer<String> trace) {
        this.group = group;
        this.database = database;
        this.markers = markers;
        this.source = source;
        this.trace = trace;
    }

    /** Starts a pull if one is needed and none runs. */
    synchronized void begin() {
        if (!isDone() && running == null && !abandoned) {
            Thread thread = new Thread(this::run, "pull");
            thread.setDaemon(true);
            running = thread;
            thread.start();
        }
    }

    /** Waits until the rows are at the newest marker; false if told to give up. */
    synchronized boolean await() {
        try {
            while (!abandoned && (running != null || !isDone())) {
                begin();
                wait(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !abandoned;
    }

    boolean isDone() {
        return database.index(group) >= markers.newestIndex();
    }

    synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }

    synchronized boolean isAbandoned() {
        return abandoned;
    }

    private void run() {
        while (!isDone() && !isAbandoned()) {
            try {
                trace.accept("pull for " + markers.newestIndex());
                source.pull(group, markers.newestIndex(), database);
                trace.accept("pulled " + database.index(group));
            } catch (IOException | RuntimeException e) {
                trace.accept("pull-failed " + e.getMessage());
                pauseBeforeRetry();
            }
        }
        synchronized (this) {
            running = null;
            notifyAll();
        }
    }

    private synchronized void pauseBeforeRetry() {
        try {
            if (!abandoned) {
                TimeUnit.MILLISECONDS.timedWait(this, RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
