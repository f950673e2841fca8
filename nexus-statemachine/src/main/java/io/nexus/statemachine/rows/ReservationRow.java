package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.model.Claimant;

/**
 * Value of a RESERVATION row: for whom the unit that the key names is reserved.
 *
 * <pre>
 * +---------+----------+--------------------------+
 * | version | kind: u8 | name: vint length, UTF-8 |
 * +---------+----------+--------------------------+
 * </pre>
 */
public record ReservationRow(Claimant claimant) {
    private static final int VERSION = 1;
    private static final int NAME_BYTES_MAX = 512;

    public byte[] encode() {
        return new ByteWriter()
                .u8(VERSION)
                .u8(claimant.kind().ordinal())
                .string(claimant.name())
                .toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} if it is no such row. */
    public static ReservationRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("reservation row of unknown version " + version);
        }
        int kind = in.u8();
        if (kind >= Claimant.Kind.values().length) {
            throw in.malformed("reservation of unknown kind " + kind);
        }
        ReservationRow row = new ReservationRow(new Claimant(Claimant.Kind.values()[kind], in.string(NAME_BYTES_MAX)));
        in.end();
        return row;
    }
}
