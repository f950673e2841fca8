package io.nexus.api.feed;

import io.nexus.crdt.Step;
import io.nexus.statemachine.ratis.StepListener;
import java.util.List;

/**
 * Hears of everything that changes this node's copies: steps from the log or the feed, and whole installs. Called on
 * the writer's thread after the commit, in order for each stream: must not block and must not throw.
 */
public interface FeedListener extends StepListener {

    /** The segment's rows were replaced as a whole; its store has the new position. */
    void onInstalled(int segment);

    /** The segment's rows are not what the log made: nobody should copy them until the next install. */
    default void onSuspect(int segment) {}

    /**
     * The segment's steps come from another node now.
     *
     * @param via the nodes through which they come, a member of the segment first; empty while they come from nobody
     */
    default void onUpstream(int segment, List<String> via) {}

    /** Tells each of them, in this order. */
    static FeedListener all(List<FeedListener> listeners) {
        List<FeedListener> targets = List.copyOf(listeners);
        return new FeedListener() {
            @Override
            public void onStep(Step step) {
                targets.forEach(l -> l.onStep(step));
            }

            @Override
            public void onInstalled(int segment) {
                targets.forEach(l -> l.onInstalled(segment));
            }

            @Override
            public void onSuspect(int segment) {
                targets.forEach(l -> l.onSuspect(segment));
            }

            @Override
            public void onUpstream(int segment, List<String> via) {
                targets.forEach(l -> l.onUpstream(segment, via));
            }
        };
    }
}
