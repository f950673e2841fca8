package io.nexus.api.records;

import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.OwnTail;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.Revision;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.storage.RecordDisk;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The records of this node. Writes are answered when the disk has them; many that arrive together share one sync of it.
 * No other node is asked: that is what makes both sides of a partition writable.
 *
 * <p>Reading from any thread, may block on disk. Writing from any thread, never blocks; futures complete on the writer
 * thread and fail with {@link ProblemException}. A failure of the disk goes to the handler given, and ends the process.
 */
public final class Records implements AutoCloseable {
    private static final int GROUP_MAX = 256;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final RecordDisk store;
    private final RecordMetrics metrics;
    private final InstantSource time;
    private final RecordThread thread;
    private final Lives lives;
    private final RecordReplica replica;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final List<RecordListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> wakes = new CopyOnWriteArrayList<>();
    private volatile OwnTail tail;

    /**
     * What it needs.
     *
     * @param store closed by this object
     * @param failure hears that the disk failed
     */
    public record Setup(
            RecordDisk store,
            String nodeId,
            RecordSettings settings,
            RecordMetrics metrics,
            InstantSource time,
            Consumer<Throwable> failure) {}

    private record Waiting(RecordWrite write, long sinceNanos, CompletableFuture<Written> answer) {}

    /**
     * A write that is on disk.
     *
     * @param revision a tombstone if the record was deleted
     * @param created the record did not exist before
     */
    public record Written(Revision revision, boolean created) {}

    /** Opens the replica; {@link #start} comes before the first write. Blocks on disk. */
    public Records(Setup setup) {
        this.store = setup.store();
        this.metrics = setup.metrics();
        this.time = setup.time();
        this.thread = new RecordThread(setup.failure());
        UUID node = UUID.fromString(setup.nodeId());
        this.lives = new Lives(store, node, setup.settings(), time);
        this.replica = lives.open(new WatchedStore(store, metrics, this::changed));
        this.tail = newTail();
        metrics.gauges(() -> store.state().live(), queued::get);
    }

    /* --------------- reading --------------- */

    /** Null if the record does not exist. */
    public @Nullable Revision get(String key) {
        Revision revision = store.get(key);
        return revision != null && revision.live() ? revision : null;
    }

    /**
     * Records in the order of their keys.
     *
     * @param prefix of their keys
     * @param after only keys greater than this one; empty: from the first
     */
    public List<Revision> list(String prefix, String after, int max) {
        String end = prefix + Character.MAX_VALUE;
        List<Revision> found = new ArrayList<>();
        String from = after;
        if (after.compareTo(prefix) < 0) {
            Revision exact = get(prefix);
            if (exact != null) {
                found.add(exact);
            }
            from = prefix;
        }
        List<Revision> page;
        do {
            page = store.range(from, end, Math.max(max, 64));
            for (Revision revision : page) {
                from = revision.key();
                if (revision.live() && found.size() < max) {
                    found.add(revision);
                }
            }
        } while (!page.isEmpty() && found.size() < max);
        return found;
    }

    /** What was overwritten by writes at the same time, the newest first. */
    public List<Conflict> conflicts(int max) {
        return store.conflicts(max);
    }

    public RecordState state() {
        return store.state();
    }

    public void listen(RecordListener listener) {
        listeners.add(listener);
    }

    /* --------------- writing --------------- */

    public CompletableFuture<Written> write(RecordWrite write) {
        if (queued.incrementAndGet() > RecordSettings.QUEUE_MAX) {
            queued.decrementAndGet();
            metrics.overloaded();
            return CompletableFuture.failedFuture(
                    Problem.retry(Reason.OVERLOADED, RETRY_AFTER, "too many records are being written on this node")
                            .exception());
        }
        Waiting waiting = new Waiting(write, System.nanoTime(), new CompletableFuture<>());
        queue.add(waiting);
        schedule();
        return waiting.answer();
    }

    private void schedule() {
        if (!scheduled.compareAndSet(false, true)) {
            return;
        }
        try {
            thread.execute(this::drain);
        } catch (RejectedExecutionException e) {
            scheduled.set(false);
            refuseAll();
        }
    }

    private void drain() {
        scheduled.set(false);
        Queue<Waiting> group = new ArrayDeque<>();
        while (group.size() < GROUP_MAX) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            group.add(next);
        }
        queued.addAndGet(-group.size());
        if (!group.isEmpty()) {
            apply(group);
        }
        if (!queue.isEmpty()) {
            schedule();
        }
    }

    private void apply(Queue<Waiting> group) {
        if (!lives.proven()) {
            renew();
        }
        List<Runnable> answers = new ArrayList<>();
        List<Revision> written = new ArrayList<>();
        for (Waiting waiting : group) {
            try {
                Written done = decide(waiting.write());
                written.add(done.revision());
                answers.add(() -> {
                    metrics.written(System.nanoTime() - waiting.sinceNanos());
                    waiting.answer().complete(done);
                });
            } catch (ProblemException e) {
                answers.add(() -> waiting.answer().completeExceptionally(e));
            }
        }
        replica.commit(true);
        publish(written);
        answers.forEach(Runnable::run);
    }

    private Written decide(RecordWrite write) {
        Revision before = replica.current(write.key());
        byte[] value = write.value().apply(before);
        return new Written(replica.write(write.key(), value, time.millis()), before == null);
    }

    /* --------------- for the exchange with other nodes; on the writer thread --------------- */

    RecordThread thread() {
        return thread;
    }

    RecordReplica replica() {
        return replica;
    }

    Lives lives() {
        return lives;
    }

    long now() {
        return time.millis();
    }

    /** This node goes on writing under a new name. */
    void renew() {
        lives.renew(replica);
        tail = newTail();
        wake();
    }

    /** Own writes that are durable now. */
    void publish(List<Revision> written) {
        if (!written.isEmpty()) {
            written.forEach(tail::append);
            wake();
        }
    }

    /** Any thread. */
    OwnTail tail() {
        return tail;
    }

    /** @param wake is run when there is something new to say; must not block */
    void addWake(Runnable wake) {
        wakes.add(wake);
    }

    void removeWake(Runnable wake) {
        wakes.remove(wake);
    }

    RecordDisk store() {
        return store;
    }

    private void wake() {
        wakes.forEach(Runnable::run);
    }

    private OwnTail newTail() {
        long head = store.state().vector().seq(replica.self());
        return new OwnTail(replica.self(), head, RecordSettings.TAIL_BYTES);
    }

    private void changed(RecordBatch batch) {
        listeners.forEach(listener -> listener.changed(batch));
        wake();
    }

    /** Ends what is under way and says on disk that nothing was lost. Blocks. Idempotent. */
    @Override
    public void close() {
        if (thread.end(() -> lives.endInOrder(replica))) {
            refuseAll();
            store.close();
        }
    }

    private void refuseAll() {
        for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            waiting.answer()
                    .completeExceptionally(Problem.retry(Reason.NODE_STARTING, RETRY_AFTER, "the node is stopping")
                            .exception());
        }
    }
}
