package io.nexus.api.consensus;

import io.nexus.statemachine.command.Command;
import java.util.concurrent.CompletableFuture;

/**
 * Gets a command decided by its group, wherever the owner is. The port between services and consensus.
 *
 * <p>Threads: any; the future completes on a thread of the router, callers must not block in its continuations.
 * Blocking: never. Failure: the future completes exceptionally with {@link io.nexus.api.error.ProblemException} when
 * the machinery could not answer by the deadline (NO_LEADER, OVERLOADED, OUTCOME_UNKNOWN, ...); a rejection is a value.
 * An unknown outcome is proposed again with the same command id until the deadline.
 */
public interface CommandRouter {
    /**
     * @param segment 0 for the meta group
     * @param commandId names the command, see {@link io.nexus.statemachine.command.Envelope}
     * @param deadlineNanos of {@link System#nanoTime}
     */
    CompletableFuture<Decided> submit(int segment, long commandId, Command command, long deadlineNanos);
}
