package io.nexus.statemachine.storage;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.nio.ByteBuffer;

/**
 * A row of the positions column: where a segment is complete, and which generation of its rows is the current one. Part
 * of the durable format.
 *
 * @param generation 1 to 65535
 */
record StoredPosition(int generation, Position position) {
    private static final int BYTES = 2 + 2 + 4 + 8 * 8;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putShort((short) generation)
                .putShort((short) position.stream())
                .putInt(position.incarnation())
                .putLong(position.nonce())
                .putLong(position.seq())
                .putLong(position.term())
                .putLong(position.index())
                .putLong(position.clockMillis())
                .putLong(position.digest().hi())
                .putLong(position.digest().lo())
                .putLong(position.live())
                .array();
    }

    static StoredPosition decode(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new StorageFailure("a stored position has " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int generation = in.getShort() & 0xffff;
        int stream = in.getShort() & 0xffff;
        int incarnation = in.getInt();
        long nonce = in.getLong();
        long seq = in.getLong();
        long term = in.getLong();
        long index = in.getLong();
        long clockMillis = in.getLong();
        Digest digest = new Digest(in.getLong(), in.getLong());
        return new StoredPosition(
                generation,
                new Position(stream, incarnation, nonce, seq, term, index, clockMillis, digest, in.getLong()));
    }

    /** The generation to write beside this one; never 0, so that no key prefix is all zero for segment 0. */
    static int generationAfter(int generation) {
        return generation % 0xffff + 1;
    }
}
