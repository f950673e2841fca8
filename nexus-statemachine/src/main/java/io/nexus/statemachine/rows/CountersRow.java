package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;

/**
 * Value of a COUNTERS row: what the owner of a pool instance must remember beyond its allocations, and its use for
 * whoever shows it. Written once for each batch that touched the pool.
 *
 * <pre>
 * +---------+------------+-------------+----------------+-----------+--------------+
 * | version | floor vint | cursor vint | allocated vint | size vint | resting vint |
 * +---------+------------+-------------+----------------+-----------+--------------+
 * </pre>
 *
 * @param floor even; the causal length of every free unit counts as this, so a new allocation takes the next odd one
 * @param cursor the unit from which the next free one is sought: freed units rest until it comes round
 * @param allocated number of allocations
 * @param size units that can be handed out: all less network, broadcast, gateway and exclusions
 * @param resting units that nobody has and that are not free for everybody either: held, in quarantine, declined
 */
public record CountersRow(int floor, long cursor, long allocated, long size, long resting) {
    private static final int VERSION = 2;

    public CountersRow {
        if (floor < 0 || (floor & 1) != 0) {
            throw new IllegalArgumentException("the floor of causal lengths must be even: " + floor);
        }
        if (cursor < 0 || cursor > RowKeys.UNIT_MAX || allocated < 0 || resting < 0 || size < 0) {
            throw new IllegalArgumentException(
                    "counters out of range: cursor " + cursor + ", " + allocated + " of " + size);
        }
    }

    public byte[] encode() {
        ByteWriter out = new ByteWriter(24).u8(VERSION);
        out.vint(floor).vint(cursor).vint(allocated).vint(size).vint(resting);
        return out.toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static CountersRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("counters row of unknown version " + version);
        }
        CountersRow row = new CountersRow(in.vint(Integer.MAX_VALUE), in.vint(), in.vint(), in.vint(), in.vint());
        in.end();
        return row;
    }
}
