package io.nexus.api.consensus;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who leads which segment as others said: by heartbeats, with the term in which it was so, or in answers to forwarded
 * commands. A hint is forgotten when nobody has repeated it for some seconds, or a dead owner would be named for ever.
 * Thread-safe, never blocks. Wrong hints cost a retry, nothing else.
 */
public final class OwnerHints {
    /** Ten heartbeats. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ConcurrentMap<Integer, Hint> hints = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    record Hint(long term, String nodeId, long saidNanos) {}

    OwnerHints() {
        this(System::nanoTime);
    }

    OwnerHints(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A node claims to lead the segment in a term, or someone who knows says so; older terms are ignored. */
    public void learn(int segment, long term, String nodeId) {
        Hint learnt = new Hint(term, nodeId, nanos.getAsLong());
        hints.merge(segment, learnt, (known, given) -> given.term >= known.term ? given : known);
    }

    /** A node that was asked says that another one leads, without a term: believed until somebody names one. */
    void redirect(int segment, String nodeId) {
        Hint learnt = new Hint(0, nodeId, nanos.getAsLong());
        hints.merge(segment, learnt, (known, given) -> new Hint(known.term, given.nodeId, given.saidNanos));
    }

    @Nullable
    Hint hint(int segment) {
        Hint hint = hints.get(segment);
        return hint == null || nanos.getAsLong() - hint.saidNanos > KEPT_NANOS ? null : hint;
    }
}
