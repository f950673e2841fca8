package io.nexus.crdt.records;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store in memory that remembers its past: a crash keeps some prefix, a disk image is an older one. */
public class HeapRecordStore implements RecordStore {
    private static final int PAST_MAX = 60;

    private Moment now = new Moment(new TreeMap<>(), RecordState.EMPTY, List.of());
    /** Oldest first, the present excluded. */
    private final Deque<Moment> past = new ArrayDeque<>();

    /** How many of the past are later than, or are, the last durable one. */
    private int notDurable;

    private record Moment(TreeMap<String, Revision> revisions, RecordState state, List<Conflict> conflicts) {}

    @Override
    public synchronized RecordState state() {
        return now.state();
    }

    @Override
    public synchronized @Nullable Revision get(String key) {
        return now.revisions().get(key);
    }

    @Override
    public synchronized List<Revision> range(String after, @Nullable String before, int max) {
        return now.revisions().tailMap(after, false).values().stream()
                .takeWhile(revision -> before == null || revision.key().compareTo(before) < 0)
                .limit(max)
                .toList();
    }

    @Override
    public synchronized List<Revision> tombstones(String after, int max) {
        return now.revisions().tailMap(after, false).values().stream()
                .filter(revision -> !revision.live())
                .limit(max)
                .toList();
    }

    public synchronized List<Conflict> conflicts() {
        return now.conflicts();
    }

    @Override
    public synchronized void commit(RecordBatch batch, boolean durable) {
        TreeMap<String, Revision> revisions = new TreeMap<>(now.revisions());
        for (RecordBatch.Change change : batch.changes()) {
            Revision before = revisions.get(change.key());
            if (before == null ? change.before() != null : !before.equals(change.before())) {
                throw new AssertionError("batch made for " + change.before() + " meets " + before);
            }
            Revision after = change.after();
            if (after == null) {
                revisions.remove(change.key());
            } else {
                revisions.put(change.key(), after);
            }
        }
        List<Conflict> conflicts = new ArrayList<>(now.conflicts());
        conflicts.addAll(batch.conflicts());
        past.addLast(now);
        if (past.size() > PAST_MAX) {
            past.removeFirst();
        }
        notDurable = durable ? 0 : notDurable + 1;
        now = new Moment(revisions, batch.after(), conflicts);
    }

    /** Number of states that a loss of power may leave, the present one included. */
    public synchronized int crashStates() {
        return 1 + Math.min(notDurable, past.size());
    }

    /** Number of older states, durable or not. */
    public synchronized int pastStates() {
        return past.size();
    }

    /** Forgets the last commits. */
    public synchronized void back(int commits) {
        for (int i = 0; i < commits; i++) {
            now = past.removeLast();
        }
        notDurable = 0;
    }

    @Override
    public synchronized RecordSnapshot snapshot() {
        Moment moment = now;
        return new RecordSnapshot() {
            @Override
            public RecordState state() {
                return moment.state();
            }

            @Override
            public Cursor all() {
                return pages(List.copyOf(moment.revisions().values()));
            }

            @Override
            public Cursor beyond(VersionVector known) {
                return pages(moment.revisions().values().stream()
                        .filter(revision -> !known.covers(revision.dot()))
                        .sorted(Comparator.comparing(Revision::dot))
                        .toList());
            }

            @Override
            public void close() {}
        };
    }

    private static RecordSnapshot.Cursor pages(List<Revision> revisions) {
        Deque<Revision> rest = new ArrayDeque<>(revisions);
        return bytes -> {
            if (rest.isEmpty()) {
                return Collections.emptyList();
            }
            List<Revision> page = new ArrayList<>();
            while (!rest.isEmpty() && page.size() < 2) {
                page.add(rest.removeFirst());
            }
            return page;
        };
    }
}
