package io.nexus.api.service;

import io.nexus.api.feed.FeedListener;
import io.nexus.crdt.Branches;
import io.nexus.crdt.Branches.Coverage;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
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

    private record Waiter(Token token, CompletableFuture<Coverage> reached) {}

    /**
     * Completes once the copy covers the token, or was found to be on a branch without it; with NOT_YET when the time is
     * over or too many wait.
     */
    CompletableFuture<Coverage> await(Token token, long nanos) {
        SegmentStore copy = store.segment(token.stream());
        Coverage now = coverage(copy, copy.position(), token);
        if (now != Coverage.NOT_YET || nanos <= 0 || !admitted()) {
            return CompletableFuture.completedFuture(now);
        }
        Waiter waiter = new Waiter(token, new CompletableFuture<>());
        Set<Waiter> line = waiting.computeIfAbsent(token.stream(), segment -> ConcurrentHashMap.newKeySet());
        line.add(waiter);
        CompletableFuture<Coverage> reached = waiter.reached
                .completeOnTimeout(Coverage.NOT_YET, nanos, TimeUnit.NANOSECONDS)
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
                Coverage coverage = coverage(store.segment(segment), position, waiter.token);
                if (coverage != Coverage.NOT_YET) {
                    waiter.reached.complete(coverage);
                }
            });
        }
    }

    /** The fork table is read only for a token of an older incarnation: a read from memory, and a rare one. */
    static Coverage coverage(SegmentStore copy, @Nullable Position position, Token token) {
        if (position == null) {
            return Coverage.NOT_YET;
        }
        boolean forked = token.incarnation() < position.incarnation();
        return (forked ? BranchesRow.of(copy) : Branches.NONE).covers(token, position);
    }
}
