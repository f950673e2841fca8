package io.nexus.api.consensus;

import io.nexus.statemachine.command.Envelope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A command of one of this node's callers, from submission to answer: at most one attempt at a time counts, the others
 * were given up. Thread-safe.
 */
final class RoutedCommand implements Attempt.Answers {
    private final int segment;
    private final Envelope envelope;
    private final byte[] encoded;
    private final long answerByNanos;
    private final CompletableFuture<Decided> future = new CompletableFuture<>();
    private final Listener listener;
    private final AtomicReference<@Nullable Attempt> current = new AtomicReference<>();
    private volatile boolean perhapsApplied;
    private volatile @Nullable String target;
    private volatile @Nullable String owner;
    private volatile long retryAtNanos = never();
    /** Written by whoever makes the attempt, one at a time. */
    private int tries;

    /** Hears of the ends of attempts, on any thread. */
    interface Listener {
        void decided(RoutedCommand command, Decided decided);

        /** The attempt counted until now. */
        void refused(RoutedCommand command, Refusal refusal);
    }

    /** @param answerByNanos of {@link System#nanoTime}: no attempt after it, the caller must hear before its deadline */
    RoutedCommand(int segment, Envelope envelope, byte[] encoded, long answerByNanos, Listener listener) {
        this.segment = segment;
        this.envelope = envelope;
        this.encoded = encoded;
        this.answerByNanos = answerByNanos;
        this.listener = listener;
    }

    int segment() {
        return segment;
    }

    CompletableFuture<Decided> future() {
        return future;
    }

    /** True once an attempt ended with an unknown outcome. */
    boolean perhapsApplied() {
        return perhapsApplied;
    }

    /** Node id that the last attempt went to. */
    @Nullable
    String target() {
        return target;
    }

    int tries() {
        return tries;
    }

    boolean isLate(long nowNanos) {
        return nowNanos - answerByNanos >= 0;
    }

    /** Nothing is under way and the pause after the last attempt is over. */
    boolean isWaiting(long nowNanos) {
        return current.get() == null && nowNanos - retryAtNanos >= 0;
    }

    /** The owner that the attempt under way went to; null if there is none, or it only went to ask. */
    @Nullable
    String withOwner() {
        return current.get() == null ? null : owner;
    }

    /**
     * The next attempt counts from now on; only called where none does.
     *
     * @param isOwner the node is believed to be the owner; otherwise it is a member that may know
     */
    Attempt attempt(@Nullable String nodeId, boolean isOwner) {
        Attempt attempt = new Attempt(segment, envelope, encoded, answerByNanos, this);
        target = nodeId;
        owner = isOwner ? nodeId : null;
        tries++;
        current.set(attempt);
        return attempt;
    }

    void pauseUntil(long nanos) {
        retryAtNanos = nanos;
    }

    /** The attempt under way does not count any more; it may have been proposed. */
    void abandon() {
        Attempt abandoned = current.getAndSet(null);
        if (abandoned != null && !abandoned.withdraw()) {
            perhapsApplied = true;
        }
    }

    @Override
    public void decided(Attempt attempt, Decided decided) {
        listener.decided(this, decided); // of whichever attempt: the command id makes them one
    }

    @Override
    public void refused(Attempt attempt, Refusal refusal) {
        if (refusal.unknown()) {
            perhapsApplied = true;
        }
        if (current.get() != attempt) {
            return; // given up before
        }
        retryAtNanos = never(); // until the listener has set the pause
        if (current.compareAndSet(attempt, null)) {
            listener.refused(this, refusal);
        }
    }

    private static long never() {
        return System.nanoTime() + Long.MAX_VALUE / 2;
    }
}
