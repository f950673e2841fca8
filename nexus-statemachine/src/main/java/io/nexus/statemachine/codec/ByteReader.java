package io.nexus.statemachine.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link ByteWriter} wrote. Trusts nothing: every length is checked against what is left before anything is
 * allocated, and whatever does not fit throws {@link MalformedBytes}. Single-threaded. The buffer given is not moved;
 * byte arrays handed out are copies.
 */
public final class ByteReader {
    private final ByteBuffer buffer;

    /** Reads from the buffer's position to its limit. */
    public ByteReader(ByteBuffer buffer) {
        this.buffer = buffer.slice().order(ByteOrder.BIG_ENDIAN);
    }

    public ByteReader(byte[] array) {
        this(ByteBuffer.wrap(array));
    }

    /** Bytes left. */
    public int remaining() {
        return buffer.remaining();
    }

    /** Bytes read so far. */
    public int offset() {
        return buffer.position();
    }

    /** Fails if anything is left. */
    public void end() {
        if (buffer.hasRemaining()) {
            throw malformed(buffer.remaining() + " bytes too many");
        }
    }

    /* --------------- fixed width, big-endian --------------- */

    public int u8() {
        need(1);
        return buffer.get() & 0xff;
    }

    public int u16() {
        need(2);
        return buffer.getShort() & 0xffff;
    }

    public long u32() {
        need(4);
        return buffer.getInt() & 0xffff_ffffL;
    }

    public long u64() {
        need(8);
        return buffer.getLong();
    }

    public boolean bool() {
        int value = u8();
        if (value > 1) {
            throw malformed("neither true nor false: " + value);
        }
        return value == 1;
    }

    /* --------------- variable width --------------- */

    /** All 64 bits; only the shortest form is taken, so that a value has one encoding. */
    public long vint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = u8();
            if (shift == 63 && next > 1) {
                throw malformed("number of more than 64 bits");
            }
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw malformed("number not in its shortest form");
                }
                return value;
            }
        }
    }

    public long svint() {
        long value = vint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** An int that is not negative. */
    public int vint31() {
        return vint(Integer.MAX_VALUE);
    }

    /** A vint from 0 to {@code max}, as an int. */
    public int vint(int max) {
        return within(vint(), max);
    }

    private int within(long value, int max) {
        if (value < 0 || value > max) {
            throw malformed("number " + Long.toUnsignedString(value) + " where at most " + max + " is possible");
        }
        return (int) value;
    }

    /**
     * Number of elements that follow. Checked against the bytes left, so that a list of that capacity may be
     * allocated.
     *
     * @param bytesEach least number of bytes that an element takes, at least 1
     */
    public int count(int bytesEach) {
        long value = vint();
        return within(value, buffer.remaining() / bytesEach);
    }

    /** The inverse of {@link ByteWriter#bytes}. */
    public byte[] bytes(int maxLength) {
        return raw(vint(maxLength));
    }

    /** Of any length that is left: whatever could be written can be read. */
    public byte[] bytes() {
        return bytes(Integer.MAX_VALUE);
    }

    public byte[] raw(int length) {
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return value;
    }

    /** The inverse of {@link ByteWriter#string}. */
    public String string(int maxBytes) {
        byte[] text = bytes(maxBytes);
        if (isAscii(text)) {
            return new String(text, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBytes("not UTF-8, before offset " + offset(), e);
        }
    }

    /** Of any length that is left: whatever could be written can be read. */
    public String string() {
        return string(Integer.MAX_VALUE);
    }

    private static boolean isAscii(byte[] text) {
        for (byte b : text) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /** To be thrown by a codec: the message with where it happened. */
    public MalformedBytes malformed(String message) {
        return new MalformedBytes(message + ", at offset " + offset());
    }

    private void need(int bytes) {
        if (buffer.remaining() < bytes) {
            throw malformed("cut short: " + bytes + " bytes needed, " + buffer.remaining() + " left");
        }
    }
}
