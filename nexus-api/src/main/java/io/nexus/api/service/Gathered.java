package io.nexus.api.service;

import io.nexus.api.service.ConfirmedReader.Word;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.AsOf;
import io.nexus.api.service.Lookups.Role;
import io.nexus.statemachine.model.Allocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a lookup has found so far, by segment: in this node's copies, or at the owners, whose word replaces a copy's.
 * Immutable.
 *
 * @param poolOpen an owner said that the pool which was asked for is open in its segment
 */
record Gathered(Map<Integer, Part> parts, boolean poolOpen) {
    static final Gathered NOTHING = new Gathered(Map.of(), false);

    private static final Comparator<Allocation> SHOWN_ORDER = Comparator.comparing(
                    (Allocation allocation) -> allocation.prefix().family())
            .thenComparing(Allocation::allocatedAtMillis, Comparator.reverseOrder())
            .thenComparing(Allocation::prefix);

    /**
     * One segment as it was read.
     *
     * @param confirmed by the owner, after it was asked
     * @param known whether its age is known
     * @param asOfNanos everything acknowledged before, by this node's {@link System#nanoTime}, is in it
     */
    record Part(
            int segment,
            int incarnation,
            long seq,
            Role role,
            boolean confirmed,
            boolean known,
            long asOfNanos,
            List<Allocation> allocations) {

        /** In milliseconds, rounded up; -1: unknown. */
        long ageMillis(long nowNanos) {
            long nanos = Math.max(0, nowNanos - asOfNanos);
            return known ? TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1) : -1;
        }

        AsOf asOf(long nowNanos) {
            return new AsOf(segment, incarnation, seq, ageMillis(nowNanos), role);
        }
    }

    static Gathered here(Collection<Part> parts) {
        return NOTHING.with(parts, false);
    }

    /** @param askedNanos before the owners were asked: they proved themselves after it */
    Gathered with(List<Word> words, long askedNanos) {
        List<Part> confirmed = words.stream()
                .map(word -> new Part(
                        word.segment(),
                        word.incarnation(),
                        word.seq(),
                        Role.OWNER,
                        true,
                        true,
                        askedNanos,
                        word.allocations()))
                .toList();
        return with(confirmed, words.stream().anyMatch(Word::poolOpen));
    }

    private Gathered with(Collection<Part> more, boolean open) {
        Map<Integer, Part> all = new TreeMap<>(parts);
        more.forEach(part -> all.put(part.segment, part));
        return new Gathered(all, poolOpen || open);
    }

    boolean foundAny() {
        return parts.values().stream().anyMatch(part -> !part.allocations.isEmpty());
    }

    Set<Integer> confirmed() {
        return segments(Part::confirmed);
    }

    /** Segments of this node's copies that are older, or may be. What an owner said was true when it was asked. */
    Set<Integer> olderThan(long millis, long nowNanos) {
        return segments(part -> !part.confirmed && (!part.known || part.ageMillis(nowNanos) > millis));
    }

    private Set<Integer> segments(Predicate<Part> which) {
        return parts.values().stream().filter(which).map(Part::segment).collect(Collectors.toSet());
    }

    Answer answer(long nowNanos) {
        List<Allocation> found = new ArrayList<>();
        parts.values().forEach(part -> found.addAll(part.allocations));
        found.sort(SHOWN_ORDER);
        return new Answer(
                found, parts.values().stream().map(part -> part.asOf(nowNanos)).toList());
    }
}
