package io.nexus.crdt;

import java.nio.ByteBuffer;

/** A position in {@value #BYTES} bytes: all fields in the order of the record, big-endian. Stateless. */
public final class PositionCodec {
    public static final int BYTES = 2 + 4 + 8 * 8;

    private PositionCodec() {}

    public static byte[] encode(Position position) {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        put(out, position);
        return out.array();
    }

    /** The inverse of encode. Throws {@link CorruptBytes} if the length is wrong. */
    public static Position decode(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new CorruptBytes("position of " + bytes.length + " bytes");
        }
        return take(ByteBuffer.wrap(bytes));
    }

    static void put(ByteBuffer out, Position position) {
        out.putShort((short) position.stream())
                .putInt(position.incarnation())
                .putLong(position.nonce())
                .putLong(position.seq())
                .putLong(position.term())
                .putLong(position.index())
                .putLong(position.clockMillis())
                .putLong(position.digest().hi())
                .putLong(position.digest().lo())
                .putLong(position.live());
    }

    static Position take(ByteBuffer in) {
        return new Position(
                in.getShort() & 0xffff,
                in.getInt(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                new Digest(in.getLong(), in.getLong()),
                in.getLong());
    }
}
