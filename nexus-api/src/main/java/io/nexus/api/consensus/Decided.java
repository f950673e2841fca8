package io.nexus.api.consensus;

import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Outcome;

/** An outcome and the position at which it is in the state: a read at or past the token sees it. */
public record Decided(Outcome outcome, Token token) {}
