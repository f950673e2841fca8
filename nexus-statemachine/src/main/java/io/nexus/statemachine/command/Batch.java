package io.nexus.statemachine.command;

import java.util.List;

/**
 * One entry of a group's log.
 *
 * @param stampMillis wall clock of the leader that proposed it; the state's clock is the maximum of all stamps
 */
public record Batch(long stampMillis, List<Envelope> commands) {
    public Batch {
        commands = List.copyOf(commands);
    }
}
