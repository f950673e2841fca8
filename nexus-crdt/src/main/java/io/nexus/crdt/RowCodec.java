package io.nexus.crdt;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows as they travel, one after the other: length of the key, key, length of the value plus one (0: the row was
 * deleted), value. Keys and values are the bytes of the store, copied and never parsed. Stateless.
 */
public final class RowCodec {
    private RowCodec() {}

    /** Encoded bytes of one row. */
    public static int size(RowChange row) {
        int key = row.key().length;
        byte[] value = row.value();
        int tail = value == null ? 1 : Vint.size(value.length + 1) + value.length;
        return Vint.size(key) + key + tail;
    }

    public static int size(List<RowChange> rows) {
        int size = 0;
        for (RowChange row : rows) {
            size += size(row);
        }
        return size;
    }

    public static byte[] encode(List<RowChange> rows) {
        byte[] bytes = new byte[size(rows)];
        put(ByteBuffer.wrap(bytes), rows);
        return bytes;
    }

    /** The inverse of encode. Throws {@link CorruptBytes} if the bytes are not whole rows. */
    public static List<RowChange> decode(byte[] bytes) {
        return take(ByteBuffer.wrap(bytes));
    }

    static void put(ByteBuffer out, List<RowChange> rows) {
        for (RowChange row : rows) {
            byte[] value = row.value();
            Vint.put(out, row.key().length);
            out.put(row.key());
            Vint.put(out, value == null ? 0 : value.length + 1);
            if (value != null) {
                out.put(value);
            }
        }
    }

    static List<RowChange> take(ByteBuffer in) {
        List<RowChange> rows = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] key = bytes(in, Vint.get(in));
            int length = Vint.get(in);
            rows.add(new RowChange(key, length == 0 ? null : bytes(in, length - 1)));
        }
        return rows;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new CorruptBytes("row of " + length + " bytes where " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
