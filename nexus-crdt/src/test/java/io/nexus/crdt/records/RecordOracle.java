package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Knows every write that was ever durable, and what its writer had seen: holds the replicas to it. */
final class RecordOracle {
    private final Map<Dot, Revision> writes = new TreeMap<>();
    private final Map<String, List<Revision>> byKey = new TreeMap<>();
    private final Map<Dot, Set<Dot>> history = new TreeMap<>();

    /** @param seen what the writer had seen of the record, by its vector */
    void wrote(Revision revision, VersionVector seen) {
        assertThat(writes.putIfAbsent(revision.dot(), revision))
                .as("write under a name that is used: %s", revision.dot())
                .isNull();
        Set<Dot> known = new HashSet<>();
        ofKey(revision.key()).stream()
                .map(Revision::dot)
                .filter(dot -> seen.covers(dot) && !dot.equals(revision.dot()))
                .forEach(known::add);
        history.put(revision.dot(), known);
        byKey.computeIfAbsent(revision.key(), key -> new ArrayList<>()).add(revision);
        byKey.get(revision.key()).sort(Revision.ORDER.reversed());
    }

    private List<Revision> ofKey(String key) {
        return byKey.getOrDefault(key, List.of());
    }

    /** The last of all writes in the vector; null if there is none. */
    private @Nullable Revision last(String key, VersionVector vector) {
        for (Revision write : ofKey(key)) {
            if (vector.covers(write.dot())) {
                return write;
            }
        }
        return null;
    }

    /** Nothing that the vector claims is missing, and nothing deleted is back. */
    void checkSound(String who, RecordStore store, Iterable<String> keys) {
        VersionVector vector = store.state().vector();
        for (String key : keys) {
            Revision least = last(key, vector);
            Revision here = store.get(key);
            if (here == null) {
                assertThat(least == null
                                || !least.live()
                                || deletedAfter(least, store.state().ahead()))
                        .as("%s lacks %s, its vector claims %s", who, key, least)
                        .isTrue();
            } else if (least != null) {
                assertThat(Revision.ORDER.compare(here, least))
                        .as("%s has %s, its vector claims %s", who, here, least)
                        .isGreaterThanOrEqualTo(0);
            }
        }
    }

    /** A transfer that is under way deletes what it will turn out to have been deleted. */
    private boolean deletedAfter(Revision revision, VersionVector ahead) {
        return ofKey(revision.key()).stream()
                .anyMatch(write ->
                        !write.live() && ahead.covers(write.dot()) && Revision.ORDER.compare(write, revision) > 0);
    }

    /** Exactly the last writes, of all that anybody still knows. */
    void checkLast(String who, RecordStore store, Iterable<String> keys) {
        VersionVector vector = store.state().vector();
        for (String key : keys) {
            Revision last = last(key, vector);
            Revision here = store.get(key);
            boolean absent = here == null || !here.live();
            if (last == null || !last.live()) {
                assertThat(absent).as("%s: %s came back as %s", who, key, here).isTrue();
            } else {
                assertThat(here == null ? null : here.dot())
                        .as("%s: %s", who, key)
                        .isEqualTo(last.dot());
            }
        }
    }

    boolean hadConflict() {
        for (List<Revision> all : byKey.values()) {
            for (Revision a : all) {
                for (Revision b : all) {
                    if (a.dot().compareTo(b.dot()) < 0 && !knew(a, b) && !knew(b, a)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean knew(Revision writer, Revision other) {
        return history.getOrDefault(writer.dot(), Set.of()).contains(other.dot());
    }
}
