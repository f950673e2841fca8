package io.nexus.api.client.gateway;

import io.nexus.api.client.Outcome;
import io.nexus.api.v1.Allocation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that could not be done, in their order for each subscriber; between subscribers there is none. The first of a
 * subscriber is sent until its outcome is known, always under the same request id, then the next. A pool that could not
 * be served last is asked with one request at a time, each time another subscriber's, to see whether it is back: pools
 * have different owners, and one that is lost must not hold up the others.
 *
 * <p>Bounded by a number of requests. In memory: what is queued is lost with the process. Thread-safe; nothing blocks, and
 * no lock is held while a request is sent or a future completed.
 */
final class OfflineQueue {
    private final int requestsMax;
    private final int parallelMax;
    private final Map<String, Deque<Entry>> bySubscriber = new LinkedHashMap<>();
    /** Pools whose last request was served. */
    private final Set<String> served = new HashSet<>();

    private final Map<String, Integer> underWayByPool = new HashMap<>();
    private int size;
    private int underWay;
    private boolean closed;

    /** @param parallelMax requests sent at a time, once the cluster is back */
    OfflineQueue(int requestsMax, int parallelMax) {
        this.requestsMax = requestsMax;
        this.parallelMax = parallelMax;
    }

    /** Sends the request, under the same id each time. */
    interface Request extends Supplier<CompletableFuture<Outcome<List<Allocation>>>> {}

    private static final class Entry {
        final String subscriber;
        final String pool;
        final Request request;
        final CompletableFuture<Outcome<List<Allocation>>> outcome = new CompletableFuture<>();
        boolean sent;

        Entry(String subscriber, String pool, Request request) {
            this.subscriber = subscriber;
            this.pool = pool;
            this.request = request;
        }
    }

    /** Takes the request in; null if there is no room. */
    synchronized @Nullable CompletableFuture<Outcome<List<Allocation>>> offer(
            String subscriber, String pool, Request request) {
        if (closed || size >= requestsMax) {
            return null;
        }
        Entry entry = new Entry(subscriber, pool, request);
        bySubscriber.computeIfAbsent(subscriber, s -> new ArrayDeque<>()).add(entry);
        size++;
        return entry.outcome;
    }

    /** True while requests of the subscriber wait: a further one must wait behind them. */
    synchronized boolean holds(String subscriber) {
        return bySubscriber.containsKey(subscriber);
    }

    synchronized int size() {
        return size;
    }

    /** Sends what may be sent now. Called when the cluster may be back, and from time to time. */
    void pump() {
        for (Entry entry : begin()) {
            entry.request.get().whenComplete((outcome, thrown) -> settled(entry, outcome));
        }
    }

    private synchronized List<Entry> begin() {
        List<Entry> begun = new ArrayList<>();
        for (Deque<Entry> requests : bySubscriber.values()) {
            if (underWay >= parallelMax || closed) {
                break;
            }
            Entry first = requests.getFirst();
            int ofPool = underWayByPool.getOrDefault(first.pool, 0);
            if (!first.sent && (ofPool == 0 || served.contains(first.pool))) {
                first.sent = true;
                underWay++;
                underWayByPool.put(first.pool, ofPool + 1);
                begun.add(first);
            }
        }
        return begun;
    }

    /** @param outcome null: the request failed on a fault of ours, and counts as not done */
    private void settled(Entry entry, @Nullable Outcome<List<Allocation>> outcome) {
        boolean done = outcome instanceof Outcome.Success || outcome instanceof Outcome.Rejected;
        synchronized (this) {
            underWay--;
            underWayByPool.computeIfPresent(entry.pool, (pool, count) -> count == 1 ? null : count - 1);
            entry.sent = false;
            if (done) {
                served.add(entry.pool);
                remove(entry);
            } else {
                served.remove(entry.pool);
                toTheEnd(entry.subscriber);
            }
        }
        if (done) {
            entry.outcome.complete(outcome);
            pump();
        }
    }

    private void toTheEnd(String subscriber) {
        Deque<Entry> requests = bySubscriber.remove(subscriber);
        if (requests != null) {
            bySubscriber.put(subscriber, requests);
        }
    }

    private void remove(Entry entry) {
        Deque<Entry> requests = bySubscriber.get(entry.subscriber);
        if (requests != null && requests.peekFirst() == entry) {
            requests.removeFirst();
            size--;
            if (requests.isEmpty()) {
                bySubscriber.remove(entry.subscriber);
            }
        }
    }

    /** What still waits ends as not done: nobody sends it any more. */
    void close(String why) {
        List<Entry> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            bySubscriber.values().forEach(left::addAll);
            bySubscriber.clear();
            size = 0;
        }
        left.forEach(entry -> entry.outcome.complete(new Outcome.NotDone<>("", why, Optional.empty())));
    }
}
