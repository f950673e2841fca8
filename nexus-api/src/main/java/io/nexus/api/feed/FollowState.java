package io.nexus.api.feed;

import org.jspecify.annotations.Nullable;

/**
 * How a followed stream is doing; a snapshot.
 *
 * @param live in step with an upstream
 * @param suspect the copy is not what the log made and waits to be repaired
 * @param superseded the stream left the copy's branch before its position: what it answers may have been undone
 * @param upstream node id; null while there is none
 */
public record FollowState(
        boolean live,
        boolean suspect,
        boolean superseded,
        boolean catchingUp,
        @Nullable String upstream) {
    static final FollowState NONE = new FollowState(false, false, false, false, null);

    /** In the words of the status page. */
    public String condition() {
        if (suspect) {
            return "suspect";
        }
        if (superseded) {
            return "superseded";
        }
        return live ? "live" : "catching-up";
    }
}
