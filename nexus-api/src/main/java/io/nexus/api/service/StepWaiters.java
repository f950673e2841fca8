package io.nexus.api.service;

import io.nexus.api.feed.FeedListener;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.storage.NodeStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait until this node's copy has reached a write. Hears of the steps on the writers' threads, where it
 * completes futures: what follows must be attached with an executor.
 */
public final class StepWaiters implements FeedListener {
    private static final int WAITING_MAX = 4_096;

    private final NodeStore store;
    private final Map<Integer, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    public StepWaiters(NodeStore store) {
        this.store = store;
    }

    private record Waiter(Token token, CompletableFuture<Boolean> reached) {}

    /** Completes with true once the copy covers the token, with false when the time is over or too many wait. */
    CompletableFuture<Boolean> await(Token token, long nanos) {
        if (covers(store.segment(token.stream()).position(), token)) {
            return CompletableFuture.completedFuture(true);
        }
        if (nanos <= 0 || !admitted()) {
            return CompletableFuture.completedFuture(false);
        }
        Waiter waiter = new Waiter(token, new CompletableFuture<>());
        Set<Waiter> line = waiting.computeIfAbsent(token.stream(), segment -> ConcurrentHashMap.newKeySet());
        line.add(waiter);
        CompletableFuture<Boolean> reached = waiter.reached
                .completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS)
                .whenComplete((done, failure) -> {
                    line.remove(waiter);
                    count.decrementAndGet();
                });
        onInstalled(token.stream()); // it may have come in between
        return reached;
    }

    private boolean admitted() {
        return count.getAndUpdate(n -> Math.min(n + 1, WAITING_MAX)) < WAITING_MAX;
    }

    @Override
    public void onStep(Step step) {
        release(step.stream(), step.after());
    }

    @Override
    public void onInstalled(int segment) {
        Position position = store.segment(segment).position();
        if (position != null) {
            release(segment, position);
        }
    }

    private void release(int segment, Position position) {
        Set<Waiter> line = waiting.get(segment);
        if (line != null) {
            line.forEach(waiter -> {
                if (covers(position, waiter.token)) {
                    waiter.reached.complete(true);
                }
            });
        }
    }

    static boolean covers(@Nullable Position position, Token token) {
        return position != null && position.incarnation() == token.incarnation() && position.seq() >= token.seq();
    }
}
