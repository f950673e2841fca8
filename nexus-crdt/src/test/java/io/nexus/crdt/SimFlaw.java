package io.nexus.crdt;

import java.util.EnumSet;
import java.util.Set;

/** A replica that is built wrong: each of these must be caught by the simulation, or it proves nothing. */
enum SimFlaw {
    /** Applies whatever comes next, whether or not something is missing before it. */
    NO_GAP_CHECK(ReceiverRule.GAP_CHECK),
    /** Does not look at incarnation and nonce. */
    NO_BRANCH_CHECK(ReceiverRule.BRANCH_CHECK),
    /** Goes on into a newer incarnation from beyond its fork point. */
    NO_FORK_POINT(ReceiverRule.FORK_POINT),
    /** Is repaired or replaced by a copy that is behind. */
    REPAIR_FROM_BEHIND(ReceiverRule.NEVER_BEHIND),
    /** Takes chunks of an older snapshot into a newer catch-up. */
    OLDER_CHUNKS(ReceiverRule.ONE_SNAPSHOT),
    /** Takes the cursor of a catch-up under way for the position of the copy. */
    CURSOR_AS_POSITION(null),
    /** Keeps the row with the larger (causal length, tag) instead of the right branch's. */
    ORDER_BY_CAUSAL_LENGTH(null);

    private final ReceiverRule rule;

    SimFlaw(ReceiverRule rule) {
        this.rule = rule;
    }

    static Set<ReceiverRule> rules(Set<SimFlaw> flaws) {
        EnumSet<ReceiverRule> rules = EnumSet.allOf(ReceiverRule.class);
        for (SimFlaw flaw : flaws) {
            if (flaw.rule != null) {
                rules.remove(flaw.rule);
            }
        }
        return rules;
    }
}
