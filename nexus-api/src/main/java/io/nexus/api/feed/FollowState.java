package io.nexus.api.feed;

import org.jspecify.annotations.Nullable;

/**
 * How a followed stream is doing; a snapshot.
 *
 * @param live in step with an upstream
 * @param suspect the copy is not what the log made and waits to be replaced
 * @param upstream node id; null while there is none
 */
public record FollowState(
        boolean live,
        boolean suspect,
        boolean catchingUp,
        @Nullable String upstream) {
    static final FollowState NONE = new FollowState(false, false, false, null);

    /** In the words of the status page. */
    public String condition() {
        if (suspect) {
            return "suspect";
        }
        return live ? "live" : "catching-up";
    }
}
