package io.nexus.statemachine.command;

/**
 * A command with its name. The same id proposed again, by whomever, has no second effect and gets the first answer for
 * at least ten minutes of the state's clock.
 */
public record Envelope(long commandId, Command command) {}
