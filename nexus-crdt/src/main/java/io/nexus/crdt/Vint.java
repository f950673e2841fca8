package io.nexus.crdt;

import java.nio.ByteBuffer;

/** Unsigned integers of variable length, seven bits a byte, lowest first. At most five bytes. */
public final class Vint {
    private Vint() {}

    public static int size(int value) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
        return (bits + 6) / 7;
    }

    public static void put(ByteBuffer out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /** Never negative. */
    public static int get(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (!in.hasRemaining()) {
                throw new CorruptBytes("ends within a length");
            }
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return inRange(value);
            }
        }
        throw new CorruptBytes("length of more than five bytes");
    }

    private static int inRange(long value) {
        if (value > Integer.MAX_VALUE) {
            throw new CorruptBytes("length " + value + " is out of range");
        }
        return (int) value;
    }
}
