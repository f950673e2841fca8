package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.http.RecordJson;
import io.nexus.api.records.RecordListener;
import io.nexus.api.service.RecordService;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordBatch.Change;
import io.nexus.crdt.records.Revision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The recent changes of all records on this node, in the order in which it took them, bounded by number and bytes. Nodes
 * take concurrent writes in different orders, so a position is of one run of one node: at any other one the reader is told
 * to read anew. One writer, any reader.
 */
final class RecordChanges implements RecordListener {
    private static final int CHANGES_MAX = 8_192;
    private static final long BYTES_MAX = 8L << 20;

    private final String run;
    private final Deque<Change> changes = new ArrayDeque<>();
    private final List<Runnable> wakes = new CopyOnWriteArrayList<>();
    private long head;
    private long bytes;

    /** @param run unique for each start of a node */
    RecordChanges(String run) {
        this.run = run;
    }

    @Override
    public void changed(RecordBatch batch) {
        synchronized (this) {
            batch.changes().stream().filter(RecordChanges::seen).forEach(this::add);
        }
        wakes.forEach(Runnable::run);
    }

    /** Readers do not see tombstones, and what only learnt what it knew is the same as before. */
    private static boolean seen(Change change) {
        Revision before = live(change.before());
        Revision after = live(change.after());
        return before == null ? after != null : after == null || !after.dot().equals(before.dot());
    }

    private static @Nullable Revision live(@Nullable Revision revision) {
        return revision != null && revision.live() ? revision : null;
    }

    private void add(Change change) {
        changes.addLast(change);
        head++;
        bytes += size(change);
        while (changes.size() > CHANGES_MAX || (bytes > BYTES_MAX && changes.size() > 1)) {
            bytes -= size(changes.removeFirst());
        }
    }

    private static long size(Change change) {
        return 200L + size(change.before()) + size(change.after());
    }

    private static long size(@Nullable Revision revision) {
        byte[] value = revision == null ? null : revision.value();
        return value == null ? 0 : value.length;
    }

    /** What one subtree shows of it. */
    ChangeSource of(Function<String, @Nullable List<String>> paths) {
        return new ChangeSource() {
            @Override
            public String position() {
                synchronized (RecordChanges.this) {
                    return run + "." + head;
                }
            }

            @Override
            public Reading read(String after, int max) {
                return RecordChanges.this.read(after, max, paths);
            }

            @Override
            public void addWake(Runnable wake) {
                wakes.add(wake);
            }

            @Override
            public void removeWake(Runnable wake) {
                wakes.remove(wake);
            }
        };
    }

    private synchronized ChangeSource.Reading read(
            String after, int max, Function<String, @Nullable List<String>> paths) {
        if (!after.matches("\\Q" + run + "\\E\\.[0-9]{1,18}")) {
            return new ChangeSource.Lost("records are numbered by each node in each of its runs: read them anew here");
        }
        long from = Long.parseLong(after.substring(run.length() + 1));
        long oldest = head - changes.size();
        if (from < oldest || from > head) {
            return new ChangeSource.Lost("the changes of records since then are not kept any more");
        }
        List<ChangeSource.KeyChange> found = new ArrayList<>();
        Iterator<Change> rest = changes.iterator();
        for (long skipped = oldest; skipped < from; skipped++) {
            rest.next();
        }
        long next = from;
        while (rest.hasNext() && found.size() < max) {
            Change change = rest.next();
            next++;
            List<String> path = paths.apply(change.key());
            if (path != null) {
                found.add(new ChangeSource.KeyChange(path, json(change.after()), json(change.before())));
            }
        }
        return new ChangeSource.Changes(found, run + "." + next);
    }

    private static @Nullable JsonNode json(@Nullable Revision revision) {
        Revision shown = live(revision);
        return shown == null ? null : RecordJson.of(RecordService.view(shown));
    }
}
