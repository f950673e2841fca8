package io.nexus.api.consensus;

import java.util.Collection;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batchers of the groups that run on this node, and the threads they share: two proposers, so that one group whose
 * lock is held does not stop the others, and two for the answers. Both queues are bounded by the number of groups.
 */
final class SegmentBatchers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentBatchers.class);
    private static final int THREADS = 2;
    /** Each group has at most one task at the proposer, and a handful at the replies. */
    private static final int TASKS_MAX = 4_096;

    private final Stamps stamps;
    private final SegmentBatcher.Limits limits;
    private final ConsensusMetrics metrics;
    private final ConcurrentMap<Integer, SegmentBatcher> batchers = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor proposer = pool("segment-proposer-");
    private final ThreadPoolExecutor replies = pool("segment-replies-");

    SegmentBatchers(Stamps stamps, SegmentBatcher.Limits limits, ConsensusMetrics metrics) {
        this.stamps = stamps;
        this.limits = limits;
        this.metrics = metrics;
    }

    void open(int segment, GroupLog log) {
        SegmentBatcher opened = new SegmentBatcher(segment, log, proposer, replies, stamps, limits, metrics);
        SegmentBatcher replaced = batchers.put(segment, opened);
        if (replaced != null) {
            replaced.close();
        }
        metrics.watch(segment, opened);
    }

    void close(int segment) {
        SegmentBatcher closed = batchers.remove(segment);
        if (closed != null) {
            closed.close();
        }
    }

    /** Null while the group does not run here. */
    @Nullable
    SegmentBatcher get(int segment) {
        return batchers.get(segment);
    }

    Collection<SegmentBatcher> all() {
        return batchers.values();
    }

    /** The group's standing changed: its queue may have to be refused. Any thread, never blocks. */
    void wake(int segment) {
        SegmentBatcher batcher = batchers.get(segment);
        if (batcher != null) {
            batcher.wake();
        }
    }

    void expire(long nowNanos) {
        batchers.values().forEach(batcher -> batcher.expire(nowNanos));
    }

    /** To be called when Ratis is closed: everything under way has been answered then. */
    @Override
    public void close() {
        batchers.values().forEach(SegmentBatcher::close);
        proposer.shutdown();
        replies.shutdown();
        try {
            if (!proposer.awaitTermination(2, TimeUnit.SECONDS) || !replies.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.atWarn().log("answers were still under way at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadPoolExecutor pool(String name) {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(TASKS_MAX), task -> {
                    Thread thread = new Thread(task, name + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
