package io.nexus.statemachine.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys as they lie on disk, big-endian so that they sort by number:
 *
 * <pre>
 * rows         [segment u16][generation u16][row key]
 * subscribers  [subscriber hash u64][segment u16][generation u16][row key]
 * positions    [segment u16]
 * </pre>
 *
 * Part of the durable format.
 */
final class DiskKeys {
    static final int HASH = 8;
    static final int PREFIX = 4;

    private DiskKeys() {}

    /** Segment and generation as one number, in key order. */
    static int prefix(int segment, int generation) {
        return segment << 16 | generation;
    }

    static byte[] row(int prefix, byte[] key) {
        return ByteBuffer.allocate(PREFIX + key.length).putInt(prefix).put(key).array();
    }

    static byte[] subscriber(long hash, int prefix, byte[] key) {
        return ByteBuffer.allocate(HASH + PREFIX + key.length)
                .putLong(hash)
                .putInt(prefix)
                .put(key)
                .array();
    }

    static byte[] position(int segment) {
        return ByteBuffer.allocate(2).putShort((short) segment).array();
    }

    static int segment(byte[] positionKey) {
        return ByteBuffer.wrap(positionKey).getShort() & 0xffff;
    }

    /** The first key after all that start with this one; empty if there is none such. */
    static byte[] after(byte[] start) {
        for (int i = start.length - 1; i >= 0; i--) {
            if (start[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(start, i + 1);
                end[i]++;
                return end;
            }
        }
        return new byte[0];
    }
}
