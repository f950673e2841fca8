package io.nexus.api.client.call;

import io.grpc.Status;
import io.nexus.api.client.call.CallSpec.Repeat;
import io.nexus.api.client.call.Failure.Kind;
import io.nexus.api.client.node.NodeLink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call with its attempts. In rounds: each node is asked once, the owner first where there is one, then a growing
 * pause. What a node asks for is kept to: an overloaded owner is not asked through another node either.
 *
 * <p>The effect of a write is unknown from the first attempt whose effect is: a later "not done" does not make up for it.
 *
 * <p>Thread-safe: what happens comes from the caller, from the network and from the timer. The lock is never held while
 * foreign code runs.
 */
final class Attempts<Q, R> implements Attempt.End<Q, R>, Runnable {
    /** Reasons of a node that speak against asking that node, whatever for. */
    private static final Set<String> LEFT_ALONE = Set.of("OVERLOADED", "NODE_STARTING", "NODE_STOPPING");

    /** Names are being looked up, no node is known yet. */
    private static final long NAMES_NANOS = 20_000_000;

    private final Caller caller;
    private final CallSpec<Q, R> spec;
    private final long deadlineNanos;
    private final CallEnd<R> onEnd;

    private final Set<NodeLink> tried = new HashSet<>();
    private final List<Attempt<Q, R>> running = new ArrayList<>();
    private int sent;
    private int rounds;
    private long hintNanos;
    private boolean perhapsDone;
    private boolean over;
    private @Nullable Attempt<Q, R> hedge;
    private @Nullable Failure wordOfANode;

    Attempts(Caller caller, CallSpec<Q, R> spec, long deadlineNanos, CallEnd<R> onEnd) {
        this.caller = caller;
        this.spec = spec;
        this.deadlineNanos = deadlineNanos;
        this.onEnd = onEnd;
    }

    /** The next attempt: the first one, or one after a pause. */
    @Override
    public void run() {
        Attempt<Q, R> attempt;
        long nanos;
        boolean first;
        synchronized (this) {
            if (over) {
                return;
            }
            long now = System.nanoTime();
            NodeLink link = next(now);
            if (link == null) {
                caller.later(this::waitForNames, NAMES_NANOS);
                return;
            }
            first = sent == 0;
            attempt = begin(link);
            nanos = attemptNanos(now);
        }
        start(attempt, nanos);
        if (first && spec.repeat() == Repeat.READ) {
            scheduleHedge();
        }
    }

    private void start(Attempt<Q, R> attempt, long nanos) {
        attempt.start(spec.method(), spec.request(), nanos);
    }

    private synchronized Attempt<Q, R> begin(NodeLink link) {
        tried.add(link);
        Attempt<Q, R> attempt = new Attempt<>(link, this);
        running.add(attempt);
        caller.counters().attempts.increment();
        if (sent++ > 0) {
            caller.counters().retries.increment();
        }
        return attempt;
    }

    private @Nullable NodeLink next(long now) {
        Route route = spec.route();
        NodeLink owner = route == null ? null : route.first();
        boolean direct = owner != null && !tried.contains(owner) && owner.avoidedNanos(now) == 0;
        NodeLink link = direct ? owner : caller.nodes().pick(tried, now);
        if (route != null && link != null && spec.repeat() != Repeat.READ) {
            (direct || link == owner ? caller.counters().direct : caller.counters().fallback).increment();
        }
        return link;
    }

    private long attemptNanos(long now) {
        long left = Math.max(1, deadlineNanos - now);
        return caller.nodes().all().size() == 1 ? left : Math.min(left, caller.attemptNanos());
    }

    private void waitForNames() {
        if (System.nanoTime() - deadlineNanos < 0) {
            run();
        } else {
            end(Failure.local(
                    Status.Code.UNAVAILABLE,
                    "",
                    "cannot reach a node: " + caller.names().problem()));
        }
    }

    /* --------------- hedging --------------- */

    private void scheduleHedge() {
        caller.counters().lookups.increment();
        long nanos = caller.hedgeNanos();
        if (nanos > 0) {
            caller.later(this::hedge, nanos);
        }
    }

    private void hedge() {
        Attempt<Q, R> second;
        long nanos;
        synchronized (this) {
            long now = System.nanoTime();
            NodeLink link = over || sent != 1 || running.isEmpty()
                    ? null
                    : caller.nodes().pick(tried, now);
            if (link == null || link.avoidedNanos(now) > 0) {
                return;
            }
            second = begin(link);
            hedge = second;
            nanos = attemptNanos(now);
        }
        caller.counters().hedges.increment();
        start(second, nanos);
    }

    /* --------------- what comes back --------------- */

    @Override
    public void answered(Attempt<Q, R> attempt, R value) {
        if (spec.repeat() == Repeat.READ) {
            caller.lookupLatencies().add(attempt.tookNanos());
        }
        boolean wonByHedge;
        synchronized (this) {
            running.remove(attempt);
            wonByHedge = attempt == hedge;
        }
        if (finish()) {
            if (wonByHedge) {
                caller.counters().hedgesWon.increment();
            }
            onEnd.answered(value, attempt.link);
        }
    }

    @Override
    public void failed(Attempt<Q, R> attempt, Failure failure) {
        Failure verdict;
        long pause;
        Route route = spec.route();
        if (route != null && failure.isWorthRepeating()) {
            route.doubtful();
        }
        synchronized (this) {
            running.remove(attempt);
            if (over) {
                return;
            }
            wordOfANode = failure.byNode() ? failure : wordOfANode;
            perhapsDone |= failure.kind() == Kind.UNKNOWN;
            if (!running.isEmpty() && failure.isWorthRepeating()) {
                return; // the other one may still be answered
            }
            pause = pauseNanos(attempt.link, failure);
            verdict = verdict(failure, pause);
        }
        if (verdict != null) {
            end(verdict);
        } else if (pause == 0) {
            run();
        } else {
            caller.later(this, pause);
        }
    }

    /** How long to wait before the next attempt; counts the rounds. */
    private long pauseNanos(NodeLink link, Failure failure) {
        long hint = failure.retryAfter() == null ? 0 : failure.retryAfter().toNanos();
        long now = System.nanoTime();
        if (LEFT_ALONE.contains(failure.reason())) {
            link.avoid(now, hint);
        }
        hintNanos = hintNanos == 0 ? hint : hint == 0 ? hintNanos : Math.min(hintNanos, hint);
        boolean overloaded = failure.reason().equals("OVERLOADED");
        if (!overloaded && caller.nodes().pick(tried, now) != null) {
            return 0;
        }
        rounds++;
        long pause = caller.backoff().pauseNanos(rounds, overloaded ? hint : hintNanos);
        tried.clear();
        hintNanos = 0;
        caller.names().again();
        return pause;
    }

    /** How the call ends with this failure; null: it goes on. */
    private @Nullable Failure verdict(Failure failure, long pause) {
        if (!failure.isWorthRepeating()) {
            return failure;
        }
        boolean timeLeft = System.nanoTime() + pause - deadlineNanos < 0;
        boolean allowed = spec.repeat() != Repeat.IF_NOT_DONE || failure.kind() == Kind.NOT_DONE;
        return timeLeft && allowed ? null : summary(failure);
    }

    /** The word of a node says more than that the time was over. */
    private Failure summary(Failure failure) {
        Failure word = wordOfANode;
        Failure told = failure.byNode() || word == null || failure.kind() != Kind.NOT_DONE ? failure : word;
        if (spec.repeat() == Repeat.READ) {
            return told.as(Kind.NOT_DONE, "");
        }
        return perhapsDone && told.kind() != Kind.UNKNOWN
                ? told.as(Kind.UNKNOWN, " (an earlier attempt may have been carried out)")
                : told;
    }

    /* --------------- the end --------------- */

    /** Ends the call with this failure unless it has ended. */
    void end(Failure failure) {
        Failure summary;
        synchronized (this) {
            // What is under way when the client is closed may still be carried out.
            perhapsDone |= !running.isEmpty();
            summary = failure.kind() == Kind.REJECTED ? failure : summary(failure);
        }
        if (finish()) {
            onEnd.failed(summary);
        }
    }

    /** True for the first who ends it. */
    private boolean finish() {
        List<Attempt<Q, R>> others;
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            others = List.copyOf(running);
            running.clear();
        }
        others.forEach(Attempt::drop);
        caller.over(this);
        return true;
    }
}
