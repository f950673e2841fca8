package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One part of the key space, plugged in under its name: {@code /nexus/{name}/...}. Paths here are what follows the name,
 * decoded: {@code /nexus/subscribers/olt%2F1/config} is asked of the subtree {@code subscribers} as
 * {@code ["olt/1", "config"]}. Reads this node's own store as it is now; says nothing of other nodes.
 *
 * <p>Thread-safe. Reading may block on disk and is bounded by the page. What a caller spelled wrong is a
 * {@link io.nexus.api.error.ProblemException} that names the field {@code key}.
 */
public interface Subtree {
    /** One element of a path, unique in the node. */
    String name();

    /** The value of a key. A path that names a directory has none. */
    Value get(List<String> path);

    /**
     * What lies directly below a path, in an order that does not change.
     *
     * @param after token of the page before, "" for the first; made by {@link Page#next} of any node
     * @param max 1 to 1000 children; fewer may be returned to keep the work bounded
     */
    Page list(List<String> path, String after, int max);

    /** Where changes below this name can be followed; null if they cannot. */
    default @Nullable ChangeSource changes() {
        return null;
    }

    /**
     * A value, or its absence.
     *
     * @param json null: there is no such key in this node's copy
     * @param segments from whose copies it was read; empty if from none
     */
    record Value(@Nullable JsonNode json, Set<Integer> segments) {
        public Value {
            segments = Set.copyOf(segments);
        }
    }

    /**
     * Some children of a path.
     *
     * @param next token of the next page, at most 1 KiB; null: these were the last
     * @param segments from whose copies they were read
     */
    record Page(List<Child> children, @Nullable String next, Set<Integer> segments) {
        public Page {
            children = List.copyOf(children);
            segments = Set.copyOf(segments);
        }
    }

    /**
     * One child.
     *
     * @param name its element of the path, decoded
     * @param directory has children and no value
     * @param json its value; null for directories and for values too long for a list
     */
    record Child(String name, boolean directory, @Nullable JsonNode json) {
        public static Child directory(String name) {
            return new Child(name, true, null);
        }

        public static Child leaf(String name, @Nullable JsonNode json) {
            return new Child(name, false, json);
        }
    }
}
