package io.nexus.statemachine.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Appends primitives to a growing array; {@link ByteReader} reads them back. Fixed widths are big-endian, so that keys
 * sort as unsigned numbers. Single-threaded; may be reused after {@link #reset}. Values out of range throw
 * IllegalArgumentException.
 */
public final class ByteWriter {
    private static final int CAPACITY_MIN = 16;

    private byte[] array;
    private int size;

    public ByteWriter(int initialCapacity) {
        array = new byte[Math.max(initialCapacity, CAPACITY_MIN)];
    }

    public ByteWriter() {
        this(64);
    }

    /** Forgets what was written and keeps the room. */
    public ByteWriter reset() {
        size = 0;
        return this;
    }

    /** Bytes written so far. */
    public int size() {
        return size;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(array, size);
    }

    /* --------------- fixed width, big-endian --------------- */

    public ByteWriter u8(int value) {
        inRange(value, 0xff);
        room(1);
        array[size++] = (byte) value;
        return this;
    }

    public ByteWriter u16(int value) {
        inRange(value, 0xffff);
        room(2);
        array[size++] = (byte) (value >>> 8);
        array[size++] = (byte) value;
        return this;
    }

    /** A number from 0 to 2^32-1. */
    public ByteWriter u32(long value) {
        inRange(value, 0xffff_ffffL);
        return fixed(value, 4);
    }

    /** All 64 bits as they are. */
    public ByteWriter u64(long value) {
        return fixed(value, 8);
    }

    public ByteWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /* --------------- variable width --------------- */

    /** Seven bits a byte, the low ones first (LEB128). All 64 bits count as unsigned: a negative value takes ten bytes. */
    public ByteWriter vint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
        return this;
    }

    /** An int that is not negative, as vint; {@link ByteReader#vint31} reads nothing else. */
    public ByteWriter vint31(int value) {
        inRange(value, Integer.MAX_VALUE);
        return vint(value);
    }

    /** Signed: zigzag, then {@link #vint}; short for values near zero on either side. */
    public ByteWriter svint(long value) {
        return vint((value << 1) ^ (value >> 63));
    }

    /** Length as vint, then the bytes. */
    public ByteWriter bytes(byte[] value) {
        return vint(value.length).raw(value);
    }

    /** The bytes alone: the reader must know how many. */
    public ByteWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, array, size, value.length);
        size += value.length;
        return this;
    }

    /**
     * Length in bytes as vint, then UTF-8. A string with half a surrogate pair is refused and not replaced: what a
     * leader applies from memory and what a follower decodes must be equal.
     */
    public ByteWriter string(String value) {
        int start = size;
        int length = value.length();
        vint(length);
        room(length);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                size = start;
                return bytes(utf8(value));
            }
            array[size++] = (byte) c;
        }
        return this;
    }

    private static byte[] utf8(String value) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not a Unicode string: half a surrogate pair", e);
        }
    }

    private ByteWriter fixed(long value, int width) {
        room(width);
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            array[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void room(int more) {
        if (array.length - size < more) {
            array = Arrays.copyOf(array, Math.max(Math.addExact(size, more), array.length * 2));
        }
    }

    private static void inRange(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(value + " is not between 0 and " + max);
        }
    }
}
