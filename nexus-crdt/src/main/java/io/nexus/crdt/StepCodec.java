package io.nexus.crdt;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A step as it travels: version, position ({@link PositionCodec}), rows ({@link RowCodec}), CRC-32C of all before it.
 * A relay passes on the bytes it could have made itself: the encoding of a step is unique. Stateless.
 */
public final class StepCodec {
    static final byte VERSION = 1;
    private static final int HEAD = 1 + PositionCodec.BYTES;
    private static final int CRC = 4;

    private StepCodec() {}

    public static int size(Step step) {
        return HEAD + RowCodec.size(step.changes()) + CRC;
    }

    public static byte[] encode(Step step) {
        byte[] bytes = new byte[size(step)];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.put(VERSION);
        PositionCodec.put(out, step.after());
        RowCodec.put(out, step.changes());
        out.putInt(crc(bytes));
        return bytes;
    }

    /** The inverse of encode. Throws {@link CorruptBytes} if the bytes are cut short, changed, or of another version. */
    public static Step decode(byte[] bytes) {
        if (bytes.length < HEAD + CRC) {
            throw new CorruptBytes("step of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt(bytes.length - CRC) != crc(bytes)) {
            throw new CorruptBytes("step with a wrong checksum");
        }
        in.limit(bytes.length - CRC);
        byte version = in.get();
        if (version != VERSION) {
            throw new CorruptBytes("step of version " + version + ", known is " + VERSION);
        }
        Position after = PositionCodec.take(in);
        List<RowChange> changes = RowCodec.take(in);
        return new Step(after, changes);
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - CRC);
        return (int) crc.getValue();
    }
}
