package io.nexus.crdt.records;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A set of dots, closed downwards: for each origin, all up to a sequence number. Immutable. As a replica's vector it
 * says "all of these, or what replaced them, are in here".
 *
 * @param seqs for each origin the last sequence number, above 0
 */
public record VersionVector(SortedMap<Origin, Long> seqs) {
    public static final VersionVector EMPTY = new VersionVector(new TreeMap<>());

    public VersionVector {
        seqs = Collections.unmodifiableSortedMap(new TreeMap<>(seqs));
    }

    public static VersionVector of(Dot dot) {
        return EMPTY.with(dot);
    }

    /** 0 where the origin is not known. */
    public long seq(Origin origin) {
        return seqs.getOrDefault(origin, 0L);
    }

    public boolean covers(Dot dot) {
        return dot.seq() <= seq(dot.origin());
    }

    public boolean covers(VersionVector other) {
        return other.seqs.entrySet().stream().allMatch(entry -> entry.getValue() <= seq(entry.getKey()));
    }

    public boolean isEmpty() {
        return seqs.isEmpty();
    }

    /** With all dots of the origin up to this one. */
    public VersionVector with(Dot dot) {
        if (covers(dot)) {
            return this;
        }
        SortedMap<Origin, Long> joined = new TreeMap<>(seqs);
        joined.put(dot.origin(), dot.seq());
        return new VersionVector(joined);
    }

    /** The union. */
    public VersionVector join(VersionVector other) {
        if (covers(other)) {
            return this;
        }
        SortedMap<Origin, Long> joined = new TreeMap<>(seqs);
        other.seqs.forEach((origin, seq) -> joined.merge(origin, seq, Math::max));
        return new VersionVector(joined);
    }

    /** What both contain. */
    public VersionVector meet(VersionVector other) {
        SortedMap<Origin, Long> common = new TreeMap<>();
        seqs.forEach((origin, seq) -> {
            long both = Math.min(seq, other.seq(origin));
            if (both > 0) {
                common.put(origin, both);
            }
        });
        return new VersionVector(common);
    }

    /** The origins of which this has more than the other. */
    public VersionVector beyond(VersionVector other) {
        SortedMap<Origin, Long> more = new TreeMap<>();
        for (Map.Entry<Origin, Long> entry : seqs.entrySet()) {
            if (entry.getValue() > other.seq(entry.getKey())) {
                more.put(entry.getKey(), entry.getValue());
            }
        }
        return new VersionVector(more);
    }
}
