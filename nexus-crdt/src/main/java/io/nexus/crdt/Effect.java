package io.nexus.crdt;

import java.util.List;

/** What a {@link StreamReceiver} wants done, in the order given, before the next event. */
public sealed interface Effect {

    /** Commit the step to the store; report {@link StreamReceiver#digestMismatch} if it does not add up there. */
    record Apply(Step step) implements Effect {}

    /** Ask the peer for the tail after the cursor. */
    record Subscribe(String peer, Cursor from) implements Effect {}

    /** Tell the peer to stop, if it can still be told. */
    record Unsubscribe(String peer) implements Effect {}

    /** Begin to install the whole segment from the peer, beside what is there. */
    record StartCatchUp(long session, String peer) implements Effect {}

    /** Rows for the install under way. */
    record PutRows(long session, List<RowChange> rows) implements Effect {}

    /** Make the installed rows the segment; report {@link StreamReceiver#installed} or catchUpFailed. */
    record FinishCatchUp(long session, Position position) implements Effect {}

    /**
     * Begin to find out in which rows this copy differs from the peer's: recount both, report {@link
     * StreamReceiver#repairOffered}.
     */
    record StartRepair(long session, String peer) implements Effect {}

    /** The peer's snapshot will do: go on, and report repairFound or repairFailed. */
    record ContinueRepair(long session) implements Effect {}

    /**
     * Make the changes in one batch, recount the rows, and report {@link StreamReceiver#installed} if they are those of
     * the position, else repairFailed.
     */
    record Correct(long session, Position position, List<RowChange> changes) implements Effect {}

    /** Abandon the install or the repair, and the call that feeds it. */
    record AbandonCatchUp(long session) implements Effect {}

    /** Something was dropped on purpose. */
    record Discard(Why why) implements Effect {}

    /** Choose an upstream now: the receiver has none. */
    record ChooseUpstream(Why why) implements Effect {}

    /** The copy is in step with an upstream. */
    record MarkLive() implements Effect {}

    /** The stream left the copy's branch before its position; it still answers, and is reconciled. */
    record MarkSuperseded() implements Effect {}

    /** The copy is not what the log made; it still answers, and is repaired as soon as a source is found. */
    record MarkSuspect(Why why) implements Effect {}

    /** Why a receiver did something; for logs and counters. */
    enum Why {
        DUPLICATE,
        GAP,
        OTHER_BRANCH,
        OLD_BRANCH,
        NOT_UPSTREAM,
        CATCHING_UP,
        OLD_SESSION,
        OUT_OF_ORDER,
        PEER_BEHIND,
        TOO_OLD,
        NOT_HERE,
        DISCONNECTED,
        DIGEST,
        FULL,
        PEER_WRONG,
        UNDECIDED,
        REPAIR_FAILED,
        CATCH_UP_FAILED
    }
}
