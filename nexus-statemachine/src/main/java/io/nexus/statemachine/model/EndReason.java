package io.nexus.statemachine.model;

/** Why an allocation ended. The order is part of the durable format. */
public enum EndReason {
    /** Its owner gave it back. */
    RELEASED,
    /** Its lease was not renewed in time. */
    EXPIRED,
    /** It was offered, and the offer was not taken. */
    UNCONFIRMED,
    /** Its owner found it in use elsewhere. */
    DECLINED
}
