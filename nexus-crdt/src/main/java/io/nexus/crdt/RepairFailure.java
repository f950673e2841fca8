package io.nexus.crdt;

/** Why a repair came to nothing. */
public enum RepairFailure {
    /** More differs than is worth repairing. */
    TOO_MUCH,
    /** The source found that its own copy is not what its position says. */
    SOURCE_WRONG,
    /** The corrections did not make the copy what the source said it has. */
    MISFIT,
    /** The call broke, was refused, or took too long. */
    BROKEN
}
