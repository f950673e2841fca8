package io.nexus.api.consensus;

import io.nexus.statemachine.command.Envelope;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One try to get a command decided, in the queue of a batcher or of a forwarding stream. Until it is taken it can be
 * withdrawn, and then the command certainly was not proposed by it. Thread-safe.
 */
final class Attempt {
    private static final int QUEUED = 0;
    private static final int TAKEN = 1;
    private static final int WITHDRAWN = 2;

    private final int segment;
    private final Envelope envelope;
    private final byte[] encoded;
    private final long deadlineNanos;
    private final Answers answers;
    private final AtomicInteger state = new AtomicInteger(QUEUED);

    /**
     * @param encoded the command in its durable form; not modified afterwards
     * @param deadlineNanos of {@link System#nanoTime}; not proposed after it
     */
    Attempt(int segment, Envelope envelope, byte[] encoded, long deadlineNanos, Answers answers) {
        this.segment = segment;
        this.envelope = envelope;
        this.encoded = encoded;
        this.deadlineNanos = deadlineNanos;
        this.answers = answers;
    }

    int segment() {
        return segment;
    }

    Envelope envelope() {
        return envelope;
    }

    byte[] encoded() {
        return encoded;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** From here on the command may be decided; false if it was withdrawn before. */
    boolean take() {
        return state.compareAndSet(QUEUED, TAKEN);
    }

    /** Gives the attempt up; false if it was taken before, so that its outcome is open. Never answered if true. */
    boolean withdraw() {
        return state.compareAndSet(QUEUED, WITHDRAWN);
    }

    void decided(Decided decided) {
        answers.decided(this, decided);
    }

    void refused(Refusal refusal) {
        answers.refused(this, refusal);
    }

    /** Hears of the end of an attempt, once, on any thread. Must not block and must not throw. */
    interface Answers {
        void decided(Attempt attempt, Decided decided);

        void refused(Attempt attempt, Refusal refusal);
    }
}
