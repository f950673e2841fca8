package io.nexus.statemachine.model;

/** How firm an allocation is. The order is part of the durable format. */
public enum Stage {
    /** Offered: ends by itself unless its owner confirms it. */
    OFFERED,
    /** Offered to its last owner, which keeps its right to the address if it does not confirm. */
    OFFERED_AGAIN,
    /** Given. */
    ACTIVE;

    public boolean isOffer() {
        return this != ACTIVE;
    }
}
