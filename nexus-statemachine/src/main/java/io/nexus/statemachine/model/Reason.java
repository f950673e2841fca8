package io.nexus.statemachine.model;

/**
 * Why a request was not served. A public contract: the names travel in errors, metrics and logs. The table from reason
 * to gRPC and HTTP status is {@code io.nexus.api.error.StatusTable}; {@code docs/reference/errors.md} is held to it by
 * a test. The codes are part of the durable format.
 */
public enum Reason {
    // The caller's request cannot be right; nothing was changed.
    INVALID_FIELD(1),
    MESSAGE_TOO_LARGE(2),

    // The domain says no.
    NO_SUCH_POOL(10),
    NO_SUCH_ALLOCATION(11),
    POOL_EXHAUSTED(12),
    ADDRESS_TAKEN(13),
    NOT_ALLOCATABLE(14),
    POOL_EXISTS(15),
    POOL_OVERLAPS(16),
    POOL_IN_USE(17),
    POOL_SEALED(18),
    REQUEST_ID_REUSED(19),
    NO_SUCH_RECORD(20),
    VERSION_MISMATCH(21),
    SUBSCRIBER_LIMIT(22),
    ADDRESS_HELD(23),
    ADDRESS_QUARANTINED(24),
    ADDRESS_DECLINED(25),
    ADDRESS_RESERVED(26),
    POOL_DRAINING(27),
    GENERATION_CHANGED(28),
    POOL_CHANGED(29),

    // The machinery could not answer.
    NO_LEADER(30),
    OVERLOADED(31),
    NODE_STARTING(32),
    OWNER_UNREACHABLE(33),
    STALE_READ(34),
    OUTCOME_UNKNOWN(35),
    WRITE_LOST(36),
    UNIMPLEMENTED(37),
    NODE_STOPPING(38),

    // An invariant does not hold.
    INVARIANT_BROKEN(50);

    private final int code;

    Reason(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static Reason ofCode(int code) {
        for (Reason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown reason code " + code);
    }
}
