package io.nexus.statemachine.codec;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.nio.ByteBuffer;

/** Up to where a store is complete, as the store keeps it. */
public final class PositionCodec {
    private static final int VERSION = 1;

    private PositionCodec() {}

    public static byte[] encode(Position position) {
        return Framed.encode(VERSION, position, PositionCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static Position decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "a position", PositionCodec::read);
    }

    private static void write(ByteWriter writer, Position position) {
        writer.vint31(position.stream()).vint31(position.incarnation()).u64(position.nonce());
        writer.vint(position.seq()).vint(position.term()).svint(position.index()); // index -1: before any entry
        writer.vint(position.clockMillis());
        writer.u64(position.digest().hi()).u64(position.digest().lo()).vint(position.live());
    }

    private static Position read(ByteReader reader) {
        int stream = reader.vint31();
        int incarnation = reader.vint31();
        long nonce = reader.u64();
        long seq = reader.vint();
        long term = reader.vint();
        long index = reader.svint();
        long clockMillis = reader.vint();
        Digest digest = new Digest(reader.u64(), reader.u64());
        return new Position(stream, incarnation, nonce, seq, term, index, clockMillis, digest, reader.vint());
    }
}
