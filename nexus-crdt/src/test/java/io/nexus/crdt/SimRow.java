package io.nexus.crdt;

import java.nio.ByteBuffer;

/** A row of the simulation: a small number as its key; causal length, tag and content in its value. */
final class SimRow {
    /** The row that names the incarnation; see {@link SimHistory#table}. */
    static final int BRANCHES = 100;

    private SimRow() {}

    static long value(int causalLength, long tag, int content) {
        return (long) causalLength << 48 | (tag & 0xffff) << 32 | content & 0xffff_ffffL;
    }

    /** Compares by (causal length, tag), as the order that was refuted does. */
    static boolean outranks(long value, long other) {
        return Long.compareUnsigned(value >>> 32, other >>> 32) > 0;
    }

    static int causalLength(long value) {
        return (int) (value >>> 48);
    }

    static byte[] key(int key) {
        return new byte[] {3, (byte) key};
    }

    static byte[] bytes(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static int key(byte[] bytes) {
        return bytes[1];
    }

    static long value(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static Digest digest(int key, long value) {
        return Digest.of(key(key), bytes(value));
    }
}
