package io.nexus.crdt;

/**
 * Up to where a store is complete in one stream. Everything the log decided up to {@code seq} is in the store, nothing
 * beyond it.
 *
 * @param stream the segment number; 0 is the meta group
 * @param incarnation generation of the stream, raised when the segment is rebuilt without its majority
 * @param nonce random per incarnation: the same incarnation with another nonce is an undetected fork
 * @param seq dense: one more for each applied batch that changed at least one row; 0 before the first
 * @param term Raft term of the last applied entry
 * @param index Raft index of the last applied entry; entries at or below it are skipped after a restart
 * @param clockMillis the state's clock: time stamped by leaders, never going back; milliseconds since the epoch
 * @param digest sum over all rows, see {@link Digest}
 * @param live number of allocations
 */
public record Position(
        int stream,
        int incarnation,
        long nonce,
        long seq,
        long term,
        long index,
        long clockMillis,
        Digest digest,
        long live) {

    /** The position of an empty store of a new stream, before any log entry. */
    public static Position start(int stream, int incarnation, long nonce) {
        return new Position(stream, incarnation, nonce, 0, 0, -1, 0, Digest.ZERO, 0);
    }

    /** The same content, further in the log: for entries that change no row. */
    public Position atLog(long newTerm, long newIndex, long newClockMillis) {
        return new Position(stream, incarnation, nonce, seq, newTerm, newIndex, newClockMillis, digest, live);
    }

    public Token token() {
        return new Token(stream, incarnation, seq);
    }

    /** True if both are on the same branch of the same stream. */
    public boolean sameBranch(Position other) {
        return stream == other.stream && incarnation == other.incarnation && nonce == other.nonce;
    }
}
