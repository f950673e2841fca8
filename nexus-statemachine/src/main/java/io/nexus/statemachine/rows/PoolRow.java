package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.model.PoolEntry;
import java.nio.ByteBuffer;

/**
 * Value of a POOL row: a pool instance as its segment knows it. Stays after the end of the instance, sealed, so that a
 * late command cannot open it again.
 *
 * <pre>
 * +---------+------------------+------------------------------------------------------+
 * | version | flags: 1 sealed  | entry, see {@link PoolEntryCodec}                    |
 * +---------+------------------+------------------------------------------------------+
 * </pre>
 */
public record PoolRow(PoolEntry entry, boolean sealed) {
    private static final int VERSION = 1;
    private static final int SEALED = 0x01;
    private static final int HEADER_BYTES = 2;

    public byte[] encode() {
        return new ByteWriter()
                .u8(VERSION)
                .u8(sealed ? SEALED : 0)
                .raw(PoolEntryCodec.encode(entry))
                .toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} if it is no such row. */
    public static PoolRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("pool row of unknown version " + version);
        }
        int flags = in.u8();
        if ((flags & ~SEALED) != 0) {
            throw in.malformed("pool row with unknown flags " + flags);
        }
        ByteBuffer entry = ByteBuffer.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES);
        return new PoolRow(PoolEntryCodec.decode(entry), (flags & SEALED) != 0);
    }
}
