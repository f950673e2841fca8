package io.nexus.crdt;

/** The rules of {@link StreamReceiver} that tests switch off one by one, to see that the simulation notices. */
enum ReceiverRule {
    GAP_CHECK,
    BRANCH_CHECK,
    /** A newer incarnation is followed only from its fork point. */
    FORK_POINT,
    /** Nothing is taken from a copy that is behind. */
    NEVER_BEHIND,
    /** What belongs to an earlier transfer is dropped. */
    ONE_SNAPSHOT
}
