package io.nexus.statemachine.codec;

import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.Prefix;

/**
 * A prefix as part of a record: one byte for family and length (0 to 32: IPv4; 33 to 161: IPv6, plus 33), then the bytes
 * of the address that the length covers. Five bytes for an IPv4 address, eight for an IPv6 /56.
 */
public final class PrefixCodec {
    /** A prefix takes at least this much. */
    public static final int BYTES_MIN = 1;

    private static final int IPV6_BASE = 33;

    private PrefixCodec() {}

    public static void write(ByteWriter writer, Prefix prefix) {
        int covered = covered(prefix.length());
        if (prefix.family() == Family.IPV4) {
            writer.u8(prefix.length());
            writeTop(writer, prefix.lo() << 32, covered);
        } else {
            writer.u8(IPV6_BASE + prefix.length());
            writeTop(writer, prefix.hi(), Math.min(covered, 8));
            writeTop(writer, prefix.lo(), Math.max(covered - 8, 0));
        }
    }

    public static Prefix read(ByteReader reader) {
        int code = reader.u8();
        if (code > IPV6_BASE + 128) {
            throw reader.malformed("not a prefix: family and length " + code);
        }
        if (code < IPV6_BASE) {
            return new Prefix(Family.IPV4, 0, readTop(reader, covered(code)) >>> 32, code);
        }
        int covered = covered(code - IPV6_BASE);
        long hi = readTop(reader, Math.min(covered, 8));
        long lo = readTop(reader, Math.max(covered - 8, 0));
        return new Prefix(Family.IPV6, hi, lo, code - IPV6_BASE);
    }

    static void writeRange(ByteWriter writer, AddressRange range) {
        write(writer, range.first());
        write(writer, range.last());
    }

    static AddressRange readRange(ByteReader reader) {
        return new AddressRange(read(reader), read(reader));
    }

    private static int covered(int length) {
        return (length + 7) / 8;
    }

    private static void writeTop(ByteWriter writer, long bits, int count) {
        for (int i = 0; i < count; i++) {
            writer.u8((int) (bits >>> (56 - 8 * i)) & 0xff);
        }
    }

    private static long readTop(ByteReader reader, int count) {
        long bits = 0;
        for (int i = 0; i < count; i++) {
            bits |= (long) reader.u8() << (56 - 8 * i);
        }
        return bits;
    }
}
