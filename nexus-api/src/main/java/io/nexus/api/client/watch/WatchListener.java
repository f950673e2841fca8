package io.nexus.api.client.watch;

import io.nexus.api.v1.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * Hears what a {@link WatchFeed} hears, one call after the other, on network threads. Must not block, and must not throw.
 * The same may be told twice, never out of order for one key.
 */
public interface WatchListener {
    /** What follows up to {@link #snapshotEnds} names everything there is. */
    void snapshotBegins();

    /** What was there before and was not named since {@link #snapshotBegins} is gone. */
    void snapshotEnds();

    /**
     * The key has this value.
     *
     * @param previous what was there, where an address changed hands; null otherwise
     */
    void put(KeyValue entry, @Nullable KeyValue previous);

    /**
     * The key is gone.
     *
     * @param previous what was there; null if the node did not say
     */
    void delete(String key, @Nullable KeyValue previous);

    /** @param stalenessMillis what was told so far is at most so old; -1: unknown */
    void progress(long stalenessMillis);

    /** The node that was followed does not answer any more; another one is tried. */
    void interrupted(String why);
}
