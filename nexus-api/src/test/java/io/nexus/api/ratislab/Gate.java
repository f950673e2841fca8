package io.nexus.api.ratislab;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a Ratis thread at a chosen point until the test lets it go on. */
final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** Called at the point. Gives up after the lab's limit, so that a failed test ends. */
    void pass() throws IOException {
        reached.countDown();
        try {
            if (!open.await(Lab.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    void awaitReached() {
        Lab.until("the gate is reached", this::isReached);
    }

    boolean isReached() {
        return reached.getCount() == 0;
    }

    void open() {
        open.countDown();
    }
}
