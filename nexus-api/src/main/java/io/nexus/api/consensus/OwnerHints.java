package io.nexus.api.consensus;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Who leads which segment as others said: by heartbeats, with the term in which it was so, or in answers to forwarded
 * commands. Thread-safe, never blocks. Wrong hints cost a retry, nothing else.
 */
public final class OwnerHints {
    private final ConcurrentMap<Integer, Hint> hints = new ConcurrentHashMap<>();

    record Hint(long term, String nodeId) {}

    /** A node claims to lead the segment in a term, or someone who knows says so; older terms are ignored. */
    public void learn(int segment, long term, String nodeId) {
        Hint learnt = new Hint(term, nodeId);
        hints.merge(segment, learnt, (known, given) -> given.term >= known.term ? given : known);
    }

    /** A node that was asked says that another one leads, without a term: believed until somebody names one. */
    void redirect(int segment, String nodeId) {
        hints.merge(segment, new Hint(0, nodeId), (known, given) -> new Hint(known.term, given.nodeId));
    }

    @Nullable
    Hint hint(int segment) {
        return hints.get(segment);
    }
}
