package io.nexus.api.service;

import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What is the matter with one address or prefix of a pool, as this node's store has it.
 *
 * @param owner who has it, or had it last; null: nobody that is remembered
 * @param claimant for whom it is reserved; null: for nobody
 * @param sinceMillis when the state began; 0: not known
 * @param untilMillis when it ends by itself; 0: never
 * @param why one sentence
 */
public record UnitView(
        String poolId,
        String space,
        Prefix prefix,
        State state,
        @Nullable Identity owner,
        @Nullable Claimant claimant,
        long sinceMillis,
        long untilMillis,
        String why) {

    /** Of an address. */
    public enum State {
        FREE,
        OFFERED,
        ACTIVE,
        HELD,
        QUARANTINED,
        DECLINED,
        RESERVED,
        EXCLUDED
    }
}
