package io.nexus.statemachine.engine;

import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.storage.RowUpdate;
import java.util.List;

/**
 * What a batch did.
 *
 * @param clockMillis the state's clock after it
 * @param outcomes one for each command, by position
 * @param updates at most one for each key; empty if nothing changed
 */
public record Applied(long clockMillis, List<Outcome> outcomes, List<RowUpdate> updates) {}
