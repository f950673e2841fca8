package io.nexus.statemachine.model;

/** What happens to an address in its hold when somebody else could use it. The codes are part of the durable format. */
public enum HoldPolicy {
    /** It is given to somebody else when the pool has nothing else left, after it rested for the quarantine. */
    SOFT(1),
    /** Nobody but its last owner gets it before hold and quarantine are over. */
    STRICT(2);

    private final int code;

    HoldPolicy(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static HoldPolicy ofCode(int code) {
        for (HoldPolicy policy : values()) {
            if (policy.code == code) {
                return policy;
            }
        }
        throw new IllegalArgumentException("unknown code of a hold policy " + code);
    }
}
