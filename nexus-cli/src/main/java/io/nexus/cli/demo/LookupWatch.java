package io.nexus.cli.demo;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.LookupRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Looks subscribers up on one node without pause, on a thread of its own, and notes every failure and gap. */
final class LookupWatch implements AutoCloseable {
    private final String server;
    private final List<Ledger.Entry> entries;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile long answered;
    private volatile long failed;
    private volatile long longestGapNanos;

    LookupWatch(String server, List<Ledger.Entry> entries) {
        this.server = server;
        this.entries = entries;
        this.thread = new Thread(this::run, "lookup-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    long answered() {
        return answered;
    }

    long failed() {
        return failed;
    }

    long longestGapMillis() {
        return longestGapNanos / 1_000_000;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: this thread
    private void run() {
        try (NexusClient client = new NexusClient(List.of(server), Duration.ofSeconds(1))) {
            long last = System.nanoTime();
            for (int i = 0; !stopped; i++) {
                Ledger.Entry entry = entries.get(i % entries.size());
                try {
                    boolean found = client.lookupBySubscriber(LookupRequest.newBuilder()
                                    .setSubscriberId(entry.subscriber())
                                    .setPoolId(entry.pool())
                                    .build())
                            .join()
                            .getFound();
                    if (found) {
                        answered++;
                    } else {
                        failed++;
                    }
                } catch (CompletionException e) {
                    failed++;
                }
                long now = System.nanoTime();
                longestGapNanos = Math.max(longestGapNanos, now - last);
                last = now;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}
