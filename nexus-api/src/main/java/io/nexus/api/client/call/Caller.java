package io.nexus.api.client.call;

import io.grpc.Status;
import io.nexus.api.client.node.NameLookup;
import io.nexus.api.client.node.NodeSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes calls: each with one deadline for all its attempts and the pauses between them. Thread-safe, never blocks. The
 * end of a call is told once, on a network thread, on the client's timer, or on the calling thread where it is refused
 * at once.
 */
public final class Caller implements AutoCloseable {
    private static final long PAUSE_NANOS_FIRST = 50_000_000;
    private static final long PAUSE_NANOS_MAX = 800_000_000;

    private final NodeSet nodes;
    private final NameLookup names;
    private final CallRules rules;
    private final CallCounters counters = new CallCounters();
    private final Latencies lookupLatencies = new Latencies();
    private final Backoff backoff = new Backoff(
            PAUSE_NANOS_FIRST,
            PAUSE_NANOS_MAX,
            () -> ThreadLocalRandom.current().nextDouble());
    private final AtomicInteger underWay = new AtomicInteger();
    private final Set<Attempts<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "nexus-client-timer");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    public Caller(NodeSet nodes, NameLookup names, CallRules rules) {
        this.nodes = nodes;
        this.names = names;
        this.rules = rules;
    }

    /**
     * Makes one call.
     *
     * @param timeoutNanos for all attempts and the pauses between them
     */
    public <Q, R> void call(CallSpec<Q, R> spec, long timeoutNanos, CallEnd<R> end) {
        if (closed) {
            end.failed(closedFailure());
            return;
        }
        if (underWay.incrementAndGet() > rules.underWayMax()) {
            underWay.decrementAndGet();
            counters.refused.increment();
            end.failed(Failure.local(
                    Status.Code.UNAVAILABLE,
                    Failure.CLIENT_BUSY,
                    "this client has " + rules.underWayMax() + " calls under way, its limit; nothing was sent"));
            return;
        }
        Attempts<Q, R> attempts = new Attempts<>(this, spec, System.nanoTime() + timeoutNanos, end);
        open.add(attempts);
        attempts.run();
        if (closed) {
            attempts.end(closedFailure());
        }
    }

    public CallCounters counters() {
        return counters;
    }

    /** Calls that were not answered yet. */
    public int underWay() {
        return underWay.get();
    }

    /** Ends all calls with CLIENT_CLOSED. Idempotent. Does not wait. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        List.copyOf(open).forEach(attempts -> attempts.end(closedFailure()));
    }

    /* --------------- for the attempts --------------- */

    NodeSet nodes() {
        return nodes;
    }

    NameLookup names() {
        return names;
    }

    Latencies lookupLatencies() {
        return lookupLatencies;
    }

    long attemptNanos() {
        return rules.attemptTimeout().toNanos();
    }

    Backoff backoff() {
        return backoff;
    }

    /** The pause after so many rounds in which no node could help, from 1; jittered. */
    public long pauseNanos(int rounds) {
        return backoff.pauseNanos(rounds, 0);
    }

    /** When to ask a second node too; 0: not at all. */
    long hedgeNanos() {
        if (rules.hedgeShare() == 0 || counters.hedges.sum() > rules.hedgeShare() * counters.lookups.sum()) {
            return 0;
        }
        return lookupLatencies.p95Nanos();
    }

    /** Runs a task that does not block on the timer. Nothing happens where the client was closed meanwhile: its calls have ended. */
    public void later(Runnable task, long nanos) {
        try {
            timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    void over(Attempts<?, ?> attempts) {
        open.remove(attempts);
        underWay.decrementAndGet();
    }

    private static Failure closedFailure() {
        return Failure.local(Status.Code.CANCELLED, Failure.CLIENT_CLOSED, "the client was closed");
    }
}
