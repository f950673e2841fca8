package io.nexus.statemachine.model;

/** How long an allocation lasts. The codes are part of the durable format. */
public enum AllocType {
    /** A lease: ends at its deadline unless renewed. */
    SESSION(1),
    /** A lease whose address is kept for its owner after release. */
    STICKY(2),
    /** Never expires. */
    PERMANENT(3);

    private final int code;

    AllocType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static AllocType ofCode(int code) {
        for (AllocType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown allocation type code " + code);
    }
}
