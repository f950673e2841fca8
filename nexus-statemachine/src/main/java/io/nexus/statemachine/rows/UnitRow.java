package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.model.Identity;

/**
 * Value of an ALLOCATION row: what is the matter with the unit that the key names. Somebody has it, or somebody had it
 * and it is not quite free yet; a free unit has no row. Both forms begin alike:
 *
 * <pre>
 * +---------+-------+--------------------------------+
 * | version | flags | subscriber: vint length, UTF-8 | ...
 * +---------+-------+--------------------------------+
 * flags: bits 0-1 are 0 for a {@link FormerRow}, else the type of an {@link AllocationRow}.
 * </pre>
 *
 * <p>One key for both, so that a release and a return write one row and no index entry: the subscriber index leads to
 * what a subscriber has and to what it may come back to.
 */
public sealed interface UnitRow permits AllocationRow, FormerRow {
    int VERSION = 2;
    int TYPE_MASK = 0x03;

    /** Who has it, or had it last. */
    Identity owner();

    /** Odd for an allocation, even after its end. */
    int causalLength();

    byte[] encode();

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    static UnitRow decode(byte[] value) {
        return isAllocation(value) ? AllocationRow.decode(value) : FormerRow.decode(value);
    }

    /** Only the subscriber id, for the index. */
    static byte[] subscriberBytes(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("row of a unit of unknown version " + version);
        }
        in.u8();
        return in.bytes(AllocationRow.SUBSCRIBER_BYTES_MAX);
    }

    /** True if somebody has the unit. Looks at the flags only. */
    static boolean isAllocation(byte[] value) {
        return value.length > 1 && (value[1] & TYPE_MASK) != 0;
    }
}
