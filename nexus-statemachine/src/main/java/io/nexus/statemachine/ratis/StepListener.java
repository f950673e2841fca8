package io.nexus.statemachine.ratis;

import io.nexus.crdt.Step;

/**
 * Hears of every step that this node committed to its store, from the log or from the feed, in order for each stream.
 * Called on the writer's thread after the commit: must not block and must not throw.
 */
@FunctionalInterface
public interface StepListener {
    void onStep(Step step);
}
