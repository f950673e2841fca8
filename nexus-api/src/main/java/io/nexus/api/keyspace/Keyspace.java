package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Lookups.AsOf;
import io.nexus.api.service.Lookups.Role;
import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key space of this node: answers from its own store, with position and age. Thread-safe, never blocks: the reading
 * is done by the executor. Futures fail with {@link ProblemException}.
 */
public final class Keyspace {
    public static final int PAGE_DEFAULT = 100;
    public static final int PAGE_MAX = 1_000;
    private static final int TOKEN_MAX = 1_024;

    private final Map<String, Subtree> subtrees = new TreeMap<>();
    private final Sources sources;
    private final Executor executor;

    /** What the age of an answer is told from. */
    public record Sources(NodeStore store, ClusterView cluster, GroupView groups) {}

    /**
     * @param subtrees with different names
     * @param executor may block; a task too many is refused with a {@link ProblemException}
     */
    public Keyspace(List<Subtree> subtrees, Sources sources, Executor executor) {
        for (Subtree subtree : subtrees) {
            if (this.subtrees.put(subtree.name(), subtree) != null) {
                throw new IllegalArgumentException("two subtrees " + subtree.name());
            }
        }
        this.sources = sources;
        this.executor = executor;
    }

    /**
     * What one key has.
     *
     * @param key in its canonical spelling
     * @param json null: no such key here
     */
    public record Found(String key, @Nullable JsonNode json, List<AsOf> asOf, String answeredBy) {}

    /**
     * Some of what lies below a path.
     *
     * @param next "": this was the last page
     */
    public record Listing(List<Entry> entries, String next, List<AsOf> asOf, String answeredBy) {}

    /** @param json null for directories and for values too long for a list */
    public record Entry(
            String key, boolean directory, @Nullable JsonNode json) {}

    public CompletableFuture<Found> get(String key) {
        return reading(() -> {
            List<String> path = KeyPath.parse("key", key).elements();
            Subtree subtree = path.isEmpty() ? null : subtrees.get(path.get(0));
            Map<Integer, AsOf> asOf = asOf();
            Subtree.Value value =
                    subtree == null ? new Subtree.Value(null, Set.of()) : subtree.get(path.subList(1, path.size()));
            return new Found(
                    new KeyPath(path).toString(), value.json(), pick(asOf, value.segments()), sources.cluster.selfId());
        });
    }

    /**
     * What lies directly below a path.
     *
     * @param prefix "" is the root
     * @param size 0: {@value #PAGE_DEFAULT}
     * @param token of the page before, "" for the first
     */
    public CompletableFuture<Listing> list(String prefix, int size, String token) {
        return reading(() -> {
            if (size < 0 || size > PAGE_MAX) {
                throw Problem.field("page_size", "%d is not between 1 and %d", size, PAGE_MAX)
                        .exception();
            }
            if (token.length() > TOKEN_MAX) {
                throw Problem.field("page_token", "is not the token of a page").exception();
            }
            List<String> path = KeyPath.parse("prefix", prefix).elements();
            Map<Integer, AsOf> asOf = asOf();
            Subtree.Page page = page(path, token, size == 0 ? PAGE_DEFAULT : size);
            List<Entry> entries = new ArrayList<>();
            for (Subtree.Child child : page.children()) {
                List<String> below = new ArrayList<>(path);
                below.add(child.name());
                entries.add(new Entry(new KeyPath(below).toString(), child.directory(), child.json()));
            }
            String next = page.next();
            return new Listing(
                    entries, next == null ? "" : next, pick(asOf, page.segments()), sources.cluster.selfId());
        });
    }

    private Subtree.Page page(List<String> path, String token, int size) {
        if (path.isEmpty()) {
            return new Subtree.Page(
                    subtrees.keySet().stream().map(Subtree.Child::directory).toList(), null, Set.of());
        }
        Subtree subtree = subtrees.get(path.get(0));
        if (subtree == null) {
            throw Problem.field("prefix", "there is no %s", new KeyPath(path)).exception();
        }
        return subtree.list(path.subList(1, path.size()), token, size);
    }

    private <T> CompletableFuture<T> reading(Supplier<T> read) {
        try {
            return CompletableFuture.supplyAsync(read, executor);
        } catch (ProblemException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Of all segments, before anything is read: what is read is at least of then. */
    private Map<Integer, AsOf> asOf() {
        Map<Integer, AsOf> all = new TreeMap<>();
        for (int segment = 0; segment <= sources.cluster.plan().segmentCount(); segment++) {
            GroupState group = sources.groups.group(segment);
            Role role = group.leaderReady() ? Role.OWNER : group.hosted() ? Role.MEMBER : Role.FOLLOWER;
            long staleness = sources.cluster.stalenessMillis(segment);
            Position position = sources.store.segment(segment).position();
            all.put(
                    segment,
                    position == null
                            ? new AsOf(segment, 0, 0, staleness, role)
                            : new AsOf(segment, position.incarnation(), position.seq(), staleness, role));
        }
        return all;
    }

    private static List<AsOf> pick(Map<Integer, AsOf> all, Set<Integer> segments) {
        return all.values().stream()
                .filter(row -> segments.contains(row.segment()))
                .toList();
    }
}
