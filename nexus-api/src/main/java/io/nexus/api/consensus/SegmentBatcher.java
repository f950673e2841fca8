package io.nexus.api.consensus;

import io.nexus.api.consensus.GroupLog.Standing;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Collects the commands of one segment into batches on its owner. Batching is natural: an idle segment proposes at
 * once, a busy one takes what has gathered while two batches were under way.
 *
 * <p>Threads: {@link #offer} may be called by any; batches are formed on the proposer, by one thread at a time; answers
 * leave on the reply executor, never on the thread that Ratis answers on. Nothing blocks the caller. Bounds: the queue,
 * the batch, the batches under way, and the batches that Ratis never answered.
 */
final class SegmentBatcher {
    private final int segment;
    private final GroupLog log;
    private final Executor replies;
    private final Stamps stamps;
    private final Limits limits;
    private final ConsensusMetrics metrics;

    private final Queue<Attempt> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final SerialStep stepping;
    /** Batches that the log has not answered, those given up among them. */
    private final Set<Flight> flights = ConcurrentHashMap.newKeySet();

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;
    /** Moving average of the time from proposal to answer. */
    private volatile long batchNanos;
    /** Of the proposer thread: the stamps of one leader never go back. */
    private long lastStampMillis;

    SegmentBatcher(
            int segment,
            GroupLog log,
            Executor proposer,
            Executor replies,
            Stamps stamps,
            Limits limits,
            ConsensusMetrics metrics) {
        this.segment = segment;
        this.log = log;
        this.replies = replies;
        this.stamps = stamps;
        this.limits = limits;
        this.metrics = metrics;
        this.stepping = new SerialStep(proposer, this::step, () -> {
            closed = true;
            refuseQueue(Refusal.of(SubmitFailure.CLOSED));
        });
    }

    /**
     * @param queueMax commands that wait
     * @param batchCommandsMax commands in one log entry
     * @param batchBytesMax encoded bytes of the commands in one log entry, unless one command alone is larger
     * @param inFlightMax batches under way
     * @param unansweredMax batches without an answer, given up or not: beyond them the group counts as not ready
     * @param answerTimeout after which the outcome of a batch is unknown
     */
    record Limits(
            int queueMax,
            int batchCommandsMax,
            int batchBytesMax,
            int inFlightMax,
            int unansweredMax,
            Duration answerTimeout) {
        static final Limits DEFAULT = new Limits(8_192, 512, 128 << 10, 2, 4, Duration.ofSeconds(3));
    }

    int segment() {
        return segment;
    }

    int queued() {
        return queued.get();
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Takes the attempt, which is answered once; any thread, never blocks. */
    void offer(Attempt attempt) {
        Standing standing = closed ? Standing.CLOSED : log.standing();
        if (standing != Standing.READY) {
            attempt.refused(Refusal.of(standing.failure(), log.leader()));
            return;
        }
        int ahead = queued.getAndIncrement();
        long waitNanos = waitNanos(ahead);
        if (ahead >= limits.queueMax || tooLate(attempt, ahead, waitNanos)) {
            queued.decrementAndGet();
            metrics.overloaded();
            attempt.refused(Refusal.overloaded(retryAfterMillis(waitNanos)));
            return;
        }
        queue.add(attempt);
        wake();
    }

    /** Gives up the batches that the log has not answered in time; called periodically by any one thread. */
    void expire(long nowNanos) {
        for (Flight flight : flights) {
            if (nowNanos - flight.proposedNanos > limits.answerTimeout.toNanos()) {
                settle(flight, Refusal.of(SubmitFailure.UNKNOWN));
            }
        }
    }

    /** Looks at the queue again: to be called when the group's standing changed. */
    void wake() {
        stepping.wake();
    }

    /** Refuses what waits and what comes; batches under way are still answered. */
    void close() {
        closed = true;
        wake();
    }

    private void step() {
        while (!queue.isEmpty()) {
            Standing standing = closed ? Standing.CLOSED : log.standing();
            if (standing != Standing.READY) {
                refuseQueue(Refusal.of(standing.failure(), log.leader()));
            } else if (inFlight.get() >= limits.inFlightMax) {
                return; // the answer wakes us
            } else if (flights.size() >= limits.unansweredMax) {
                refuseQueue(Refusal.of(SubmitFailure.NOT_READY));
            } else {
                proposeAt(stamps.millis());
            }
        }
    }

    private void proposeAt(OptionalLong stamp) {
        if (stamp.isPresent()) {
            propose(takeBatch(), stamp.getAsLong());
        } else {
            refuseQueue(Refusal.of(SubmitFailure.NOT_READY));
        }
    }

    private List<Attempt> takeBatch() {
        List<Attempt> batch = new ArrayList<>(Math.min(queued.get(), limits.batchCommandsMax));
        List<Attempt> expired = new ArrayList<>();
        long now = System.nanoTime();
        int bytes = 0;
        Attempt next = queue.peek();
        while (next != null && batch.size() < limits.batchCommandsMax) {
            int size = next.encoded().length;
            if (!batch.isEmpty() && bytes + size > limits.batchBytesMax) {
                break;
            }
            queue.remove();
            queued.decrementAndGet();
            if (next.deadlineNanos() - now <= 0) {
                withdraw(next, expired);
            } else if (next.take()) {
                batch.add(next);
                bytes += size;
            }
            next = queue.peek();
        }
        refuse(expired, Refusal.of(SubmitFailure.EXPIRED));
        return batch;
    }

    private static void withdraw(Attempt attempt, List<Attempt> to) {
        if (attempt.withdraw()) {
            to.add(attempt);
        }
    }

    private void propose(List<Attempt> attempts, long stampMillis) {
        if (attempts.isEmpty()) {
            return;
        }
        lastStampMillis = Math.max(lastStampMillis, stampMillis);
        List<Envelope> envelopes = new ArrayList<>(attempts.size());
        attempts.forEach(attempt -> envelopes.add(attempt.envelope()));
        Flight flight = new Flight(attempts);
        inFlight.incrementAndGet();
        flights.add(flight);
        log.propose(new Batch(lastStampMillis, envelopes), flight);
    }

    /** The end of a batch for its commands: from the log or, if that comes first, from the timer. */
    private void settle(Flight flight, Refusal refusal) {
        if (!flight.settled.compareAndSet(false, true)) {
            return;
        }
        inFlight.decrementAndGet();
        wake();
        metrics.batch(flight.attempts.size(), refusal.unknown() ? "unknown" : "refused");
        refuse(flight.attempts, refusal);
    }

    private void settle(Flight flight, List<Outcome> outcomes, Token token) {
        if (!flight.settled.compareAndSet(false, true)) {
            return; // given up: the same command ids are under way again
        }
        inFlight.decrementAndGet();
        wake();
        long nanos = System.nanoTime() - flight.proposedNanos;
        batchNanos = batchNanos == 0 ? nanos : (batchNanos * 7 + nanos) / 8;
        metrics.batch(flight.attempts.size(), "applied");
        metrics.batchTime(nanos);
        replies.execute(() -> {
            for (int i = 0; i < outcomes.size(); i++) {
                flight.attempts.get(i).decided(new Decided(outcomes.get(i), token));
            }
        });
    }

    private void refuseQueue(Refusal refusal) {
        List<Attempt> attempts = new ArrayList<>();
        for (Attempt next = queue.poll(); next != null; next = queue.poll()) {
            queued.decrementAndGet();
            withdraw(next, attempts);
        }
        refuse(attempts, refusal);
    }

    private void refuse(List<Attempt> attempts, Refusal refusal) {
        if (!attempts.isEmpty()) {
            replies.execute(() -> attempts.forEach(attempt -> attempt.refused(refusal)));
        }
    }

    private long waitNanos(int ahead) {
        return (ahead / limits.batchCommandsMax + 1) * batchNanos / limits.inFlightMax;
    }

    /** A command that cannot be proposed before its deadline would only lengthen the queue. */
    private boolean tooLate(Attempt attempt, int ahead, long waitNanos) {
        return ahead >= limits.batchCommandsMax && waitNanos > attempt.deadlineNanos() - System.nanoTime();
    }

    private static long retryAfterMillis(long waitNanos) {
        return Math.min(5_000, Math.max(50, waitNanos / 1_000_000));
    }

    /** A batch under way. */
    private final class Flight implements GroupLog.AnswerSink {
        private final List<Attempt> attempts;
        private final long proposedNanos = System.nanoTime();
        private final AtomicBoolean settled = new AtomicBoolean();

        Flight(List<Attempt> attempts) {
            this.attempts = attempts;
        }

        @Override
        public void applied(List<Outcome> outcomes, Token token) {
            flights.remove(this);
            settle(this, outcomes, token);
        }

        @Override
        public void refused(Refusal refusal) {
            flights.remove(this);
            settle(this, refusal);
        }
    }
}
