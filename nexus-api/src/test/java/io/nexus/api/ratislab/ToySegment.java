package io.nexus.api.ratislab;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one group. The chain is folded over every applied entry and is not idempotent: a lost, doubled or
 * reordered apply shows as a different hash at the same position. Guarded by its {@link ToyDatabase}.
 */
final class ToySegment {
    private final Map<Long, Long> answers;
    private @Nullable TermIndex position;
    private long chain;

    ToySegment() {
        this.answers = new LinkedHashMap<>();
    }

    private ToySegment(ToySegment from) {
        this.answers = new LinkedHashMap<>(from.answers);
        this.position = from.position;
        this.chain = from.chain;
    }

    ToySegment copy() {
        return new ToySegment(this);
    }

    /** The first answer for a command that was applied before, else a new one: its ordinal. */
    long apply(TermIndex entry, long commandId) {
        chain = mix(mix(chain, entry.getIndex()), commandId);
        position = entry;
        return answers.computeIfAbsent(commandId, id -> (long) answers.size() + 1);
    }

    void advance(TermIndex entry) {
        position = entry;
    }

    @Nullable
    TermIndex position() {
        return position;
    }

    long index() {
        TermIndex at = position;
        return at == null ? -1 : at.getIndex();
    }

    long chain() {
        return chain;
    }

    Map<Long, Long> answers() {
        return answers;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }
}
