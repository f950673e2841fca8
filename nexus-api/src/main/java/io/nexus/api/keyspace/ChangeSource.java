package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recent changes of a subtree on this node, read by position: the source keeps a bounded window and no readers'
 * state. A reader that takes {@link #position} first, lists the subtree then, and applies the changes after that
 * position in order has what this node has; so a change may be read that the listing showed already, and must be whole:
 * the new value, not a difference.
 *
 * <p>Thread-safe; never blocks: it is called on threads that serve many.
 */
public interface ChangeSource {
    /** Up to where this node is: 1 to 512 characters of {@code A-Z a-z 0-9 . _ -}, understood by the source on any node. */
    String position();

    /**
     * What follows a position.
     *
     * @param max changes, at least 1; a batch that must stay together may be longer
     */
    Reading read(String after, int max);

    /** @param wake is run after each change is readable, on the writer's thread: it does not block */
    void addWake(Runnable wake);

    void removeWake(Runnable wake);

    /** What a reader got. */
    sealed interface Reading {}

    /** In order; empty if there is nothing new. {@code next} is the position after them. */
    record Changes(List<KeyChange> changes, String next) implements Reading {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /** This node has not come as far as the position: it may soon. */
    record Behind() implements Reading {}

    /** The changes after the position are not here any more, or never were: read the subtree anew. */
    record Lost(String why) implements Reading {}

    /**
     * One key.
     *
     * @param path below the name of the subtree, decoded
     * @param json null: the key is gone
     * @param previous its value before; null if there was none, or if it is not known
     */
    record KeyChange(
            List<String> path,
            @Nullable JsonNode json,
            @Nullable JsonNode previous) {
        public KeyChange {
            path = List.copyOf(path);
        }
    }
}
