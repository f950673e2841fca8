package io.nexus.crdt;

/**
 * From where a reader of a stream wants to go on: after {@code seq} of this branch. Where to read from, and no more: it
 * says nothing about what a store contains, only a {@link Position} does.
 */
public record Cursor(int stream, int incarnation, long nonce, long seq) {
    public static Cursor at(Position position) {
        return new Cursor(position.stream(), position.incarnation(), position.nonce(), position.seq());
    }

    public Cursor atSeq(long newSeq) {
        return new Cursor(stream, incarnation, nonce, newSeq);
    }

    public boolean sameBranch(Cursor other) {
        return stream == other.stream && incarnation == other.incarnation && nonce == other.nonce;
    }
}
