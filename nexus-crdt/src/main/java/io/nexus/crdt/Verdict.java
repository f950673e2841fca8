package io.nexus.crdt;

/** What a sender says to a reader's cursor. Anything but STEPS ends the subscription. */
public enum Verdict {
    /** Here is what follows; nothing, if there is nothing yet. */
    STEPS,
    /** The steps after the cursor are no longer in the window: fetch the segment, or ask another node. */
    TOO_OLD,
    /** The cursor is on another branch of the stream than the sender's store. */
    FORK,
    /** The sender has no store of the stream that it would vouch for. */
    NOT_HERE,
    /** The sender's store is behind the cursor. */
    BEHIND,
    /** So many follow the sender that it takes no more; those that do can be followed instead. */
    FULL
}
