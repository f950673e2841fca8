package io.nexus.api.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.keyspace.ChangeSource;
import io.nexus.api.keyspace.KeyPath;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.watch.WatchEvent.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A watcher's place in a subtree that is plugged in. */
final class SourceTail implements WatchPart {
    private static final int PAGE_MAX = 256;

    private final Subtree subtree;
    private final ChangeSource source;
    private final List<List<String>> paths;
    private String position;
    private boolean more;
    private boolean behind;
    private @Nullable Walk scan;

    /** @param paths what is watched, each with all below it */
    SourceTail(Subtree subtree, ChangeSource source, List<List<String>> paths) {
        this.subtree = subtree;
        this.source = source;
        this.paths = paths;
        this.position = source.position();
    }

    String name() {
        return subtree.name();
    }

    void resume(String from) {
        position = from;
        more = true;
        behind = true;
    }

    /** There may be something new. */
    void woken() {
        more = true;
    }

    @Override
    public void snapshot() {
        position = source.position(); // first: a change that the walk may or may not see is told again
        more = true;
        behind = false;
        scan = new Walk(paths);
    }

    @Override
    public @Nullable Scan scan() {
        return scan;
    }

    @Override
    public void scanned(long seq) {
        scan = null;
    }

    @Override
    public List<WatchChange> changes(int max) throws Fallen {
        List<WatchChange> told = new ArrayList<>();
        while (scan == null && more && told.size() < max) {
            ChangeSource.Reading reading = source.read(position, max);
            if (reading instanceof ChangeSource.Lost lost) {
                throw new Fallen(Cause.TOO_OLD, lost.why());
            } else if (reading instanceof ChangeSource.Changes changes) {
                more = !changes.changes().isEmpty();
                position = changes.next();
                changes.changes().stream()
                        .filter(this::wanted)
                        .map(this::change)
                        .forEach(told::add);
            } else {
                more = false;
            }
        }
        return told;
    }

    private boolean wanted(ChangeSource.KeyChange change) {
        return paths.stream()
                .anyMatch(path -> change.path().size() >= path.size()
                        && change.path().subList(0, path.size()).equals(path));
    }

    private WatchChange change(ChangeSource.KeyChange change) {
        String key = key(change.path());
        JsonNode now = change.json();
        JsonNode previous = change.previous();
        return new WatchChange(
                key,
                now == null ? null : new Watched.Plain(key, now),
                now != null || previous == null ? null : new Watched.Plain(key, previous));
    }

    private String key(List<String> path) {
        List<String> elements = new ArrayList<>(List.of(subtree.name()));
        elements.addAll(path);
        return new KeyPath(elements).toString();
    }

    @Override
    public boolean settled() throws Fallen {
        if (behind && more) {
            ChangeSource.Reading reading = source.read(position, 1);
            if (reading instanceof ChangeSource.Lost lost) {
                throw new Fallen(Cause.TOO_OLD, lost.why());
            }
            more = reading instanceof ChangeSource.Changes; // otherwise asked again when there is something new
            behind = !more;
        }
        return scan == null && !behind;
    }

    @Override
    public void mark(TokenDraft draft) {
        draft.source(subtree.name(), position);
    }

    @Override
    public long lag() {
        return 0;
    }

    @Override
    public void close() {
        scan = null;
    }

    /** Depth first; a page may be short, or empty, so that its work is bounded. */
    private final class Walk implements Scan {
        private final Deque<Step> steps = new ArrayDeque<>();

        /** @param after null: its own value first, and what lies below it only if it has none */
        private record Step(List<String> path, @Nullable String after) {}

        Walk(List<List<String>> paths) {
            paths.forEach(path -> steps.add(new Step(path, null)));
        }

        @Override
        public Page next() {
            List<Watched> found = new ArrayList<>();
            Step step = steps.pollFirst();
            if (step != null) {
                read(step, found);
            }
            return new Page(found, 0, steps.isEmpty());
        }

        private void read(Step step, List<Watched> found) {
            String after = step.after;
            if (after != null) {
                list(step, after, found);
                return;
            }
            JsonNode own = subtree.get(step.path).json();
            if (own != null) {
                found.add(new Watched.Plain(key(step.path), own));
            } else {
                steps.addFirst(new Step(step.path, ""));
            }
        }

        private void list(Step step, String after, List<Watched> found) {
            Subtree.Page page = subtree.list(step.path, after, PAGE_MAX);
            String next = page.next();
            if (next != null) {
                steps.addFirst(new Step(step.path, next));
            }
            List<Step> below = new ArrayList<>();
            for (Subtree.Child child : page.children()) {
                List<String> path = new ArrayList<>(step.path);
                path.add(child.name());
                JsonNode json = child.json();
                if (json != null) {
                    found.add(new Watched.Plain(key(path), json));
                } else {
                    below.add(new Step(path, child.directory() ? "" : null));
                }
            }
            for (int i = below.size() - 1; i >= 0; i--) {
                steps.addFirst(below.get(i));
            }
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
