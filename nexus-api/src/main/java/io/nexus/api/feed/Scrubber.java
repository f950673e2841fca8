package io.nexus.api.feed;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.GroupView;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.Recount;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import io.nexus.statemachine.storage.StorageFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every segment once in an interval and compares the rows with the digest of their position: an incremental digest
 * does not see a row that changed on disk. Compares digests with other nodes every few seconds, and reads a segment at
 * once where they differ. One thread of its own; what is wrong goes to {@link FeedHub#onWrong}.
 */
public final class Scrubber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final long BYTES_PER_SECOND = 16L << 20;
    private static final long COMPARE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** A difference is looked into again after this time: the other side may be the wrong one, and take its time. */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long CLOSE_MILLIS = 5_000;

    private final Ports ports;
    private final long intervalNanos;
    private final DigestComparison comparison;
    private final Map<Integer, Long> lookedIntoNanos = new HashMap<>();
    private final Thread thread = new Thread(this::run, "feed-scrub");
    private volatile int done;
    private volatile boolean closed;

    /**
     * What the scrubber works with.
     *
     * @param interval in which every segment is read once
     * @param fatal hears that the store cannot be read
     */
    public record Ports(
            NodeStore store,
            FeedHub hub,
            PeerProgress progress,
            ClusterView cluster,
            GroupView groups,
            FeedMetrics metrics,
            Duration interval,
            Consumer<Throwable> fatal) {}

    public Scrubber(Ports ports) {
        this.ports = ports;
        this.intervalNanos = Math.max(1, ports.interval.toNanos() / ports.hub.streams());
        this.comparison = new DigestComparison(ports.hub, ports.progress, ports.cluster, ports.groups);
    }

    public void start() {
        ports.metrics.scrubProgress(() -> (double) done / ports.hub.streams());
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads nothing after it returned. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long due = System.nanoTime() + intervalNanos;
        long compare = System.nanoTime() + COMPARE_NANOS;
        try {
            while (!closed) {
                waitUntil(Math.min(due - System.nanoTime(), compare - System.nanoTime()));
                long now = System.nanoTime();
                if (now - compare >= 0) {
                    compareAll(now);
                    compare = now + COMPARE_NANOS;
                }
                if (now - due >= 0) {
                    boolean unused = intact(done);
                    done = (done + 1) % ports.hub.streams();
                    due = now + intervalNanos;
                }
            }
        } catch (InterruptedException | ReadPace.Interrupted e) {
            LOG.atDebug().log("scrubbing ends");
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.atError().setCause(e).log("scrubbing ended");
                ports.fatal.accept(e);
            }
        }
    }

    private synchronized void waitUntil(long nanos) throws InterruptedException {
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
    }

    private void compareAll(long now) {
        for (int segment = 0; segment < ports.hub.streams(); segment++) {
            PeerProgress.@Nullable Progress other =
                    comparison.difference(segment).orElse(null);
            Long last = lookedIntoNanos.get(segment);
            if (other == null || (last != null && now - last < AGAIN_NANOS)) {
                continue;
            }
            lookedIntoNanos.put(segment, now);
            LOG.atError()
                    .addKeyValue("stream", segment)
                    .addKeyValue("peer", other.nodeId())
                    .addKeyValue("seq", other.seq())
                    .log("two copies differ at an equal position, reading this one");
            if (intact(segment) && comparison.weAreWrong(segment)) {
                ports.hub.foundWrong(segment);
            }
        }
    }

    /** False if the rows are not what the position says; then whoever mends it has heard of it. */
    private boolean intact(int segment) {
        try (StoreSnapshot snapshot = ports.store.segment(segment).snapshot()) {
            if (snapshot == null) {
                return true;
            }
            Recount found = snapshot.recount(new ReadPace(BYTES_PER_SECOND));
            ports.metrics.scrubbed(found.bytes());
            if (!found.intact()) {
                ports.hub.foundWrong(found);
            }
            return found.intact();
        } catch (StorageFailure e) {
            LOG.atError().addKeyValue("stream", segment).setCause(e).log("the rows cannot be read");
            throw e;
        }
    }
}
