package io.nexus.statemachine.model;

/**
 * Which free unit a pool hands out next to somebody who has no right to a particular one. All take the same time in an
 * empty and in a nearly full pool. The codes are part of the durable format.
 */
public enum AllocPolicy {
    /** The next free one after the last that was given: a freed address rests until the turn comes round. */
    ROTATE(1),
    /** The lowest free one: keeps a pool dense. */
    LOWEST(2),
    /** One that was never used, else the one that was released longest ago, by the second of its release. */
    LRU(3),
    /** The first free one after a place that the command's id decides: not to be guessed from the last one. */
    RANDOM(4);

    private final int code;

    AllocPolicy(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static AllocPolicy ofCode(int code) {
        for (AllocPolicy policy : values()) {
            if (policy.code == code) {
                return policy;
            }
        }
        throw new IllegalArgumentException("unknown code of an allocation policy " + code);
    }
}
