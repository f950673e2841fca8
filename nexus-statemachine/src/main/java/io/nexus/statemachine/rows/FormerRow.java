package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.model.Identity;

/**
 * The other value of an ALLOCATION row: nobody has the unit, but it is not free for everybody yet. 34 bytes for a
 * subscriber id of 13 characters.
 *
 * <pre>
 * +---------+-------+--------------------------------+------------------------+------------+
 * | version | flags | subscriber: vint length, UTF-8 | [duid: u8 length, ...] | [iaid u32] |
 * +---------+-------+------+-------------------+-----+-----+------------------+------------+
 * | causal length: vint    | incarnation: vint | seq: vint |
 * +----------------+-------+---------+---------+-----------+
 * | ended at: vint | held ms: vint   | rest ms: vint       |
 * +----------------+-----------------+---------------------+
 * flags: bits 0-1 are 0, bit 3 has duid, bit 4 has iaid, bits 5-6 {@link Kind}; the rest 0. Times in ms.
 * </pre>
 *
 * @param owner who had it last
 * @param causalLength even: that of the allocation that ended, and one
 * @param incarnation of the stream in which it ended
 * @param seq of the step that ended it
 * @param heldMillis since the end; its last owner has the first right to it
 * @param restMillis after the hold; nobody new gets it
 */
public record FormerRow(
        Kind kind,
        Identity owner,
        int causalLength,
        int incarnation,
        long seq,
        long endedAtMillis,
        long heldMillis,
        long restMillis)
        implements UnitRow {
    private static final int HAS_DUID = 0x08;
    private static final int HAS_IAID = 0x10;
    private static final int KIND_SHIFT = 5;
    private static final int FLAGS_KNOWN = 0x78;
    private static final byte[] NOTHING = new byte[0];

    /** Why the unit is not free. The order is part of the durable format. */
    public enum Kind {
        /** Its last owner may return; nobody else gets it before hold and rest are over. */
        KEPT,
        /** Its last owner may return as long as nobody else needs it. */
        YIELDING,
        /** Its last owner has something else by now, but it rests. */
        RESTING,
        /** Its last owner found it in use elsewhere. */
        DECLINED;

        /** True if the last owner gets it back when it comes. */
        public boolean isForItsOwner() {
            return this == KEPT || this == YIELDING;
        }
    }

    public FormerRow {
        if ((causalLength & 1) != 0 || causalLength < 0 || incarnation < 0 || seq < 0) {
            throw new IllegalArgumentException("version of a former allocation out of range");
        }
        if (endedAtMillis < 0 || heldMillis < 0 || restMillis < 0) {
            throw new IllegalArgumentException("times of a former allocation out of range");
        }
    }

    /** From then on its last owner has no first right any more. */
    public long heldUntilMillis() {
        return sum(endedAtMillis, heldMillis);
    }

    /** From then on anybody may have it. */
    public long freeAtMillis() {
        return sum(heldUntilMillis(), restMillis);
    }

    /** From then on it has rested so that somebody else may have it if its hold does not count. */
    public long restedAtMillis() {
        return sum(endedAtMillis, restMillis);
    }

    private static long sum(long time, long more) {
        return more > Long.MAX_VALUE - time ? Long.MAX_VALUE : time + more;
    }

    @Override
    public byte[] encode() {
        int flags = kind.ordinal() << KIND_SHIFT
                | (owner.duid().length > 0 ? HAS_DUID : 0)
                | (owner.iaid() != 0 ? HAS_IAID : 0);
        ByteWriter out = new ByteWriter(48);
        out.u8(VERSION).u8(flags).string(owner.subscriber());
        if ((flags & HAS_DUID) != 0) {
            out.u8(owner.duid().length).raw(owner.duid());
        }
        if ((flags & HAS_IAID) != 0) {
            out.u32(owner.iaid() & 0xffff_ffffL);
        }
        out.vint(causalLength).vint(incarnation).vint(seq);
        out.vint(endedAtMillis).vint(heldMillis).vint(restMillis);
        return out.toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static FormerRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("row of a former allocation of unknown version " + version);
        }
        int flags = in.u8();
        if ((flags & ~FLAGS_KNOWN) != 0) {
            throw in.malformed("row of a former allocation with unknown flags " + flags);
        }
        String subscriber = in.string(AllocationRow.SUBSCRIBER_BYTES_MAX);
        byte[] duid = (flags & HAS_DUID) != 0 ? in.raw(in.u8()) : NOTHING;
        int iaid = (flags & HAS_IAID) != 0 ? (int) in.u32() : 0;
        FormerRow row = new FormerRow(
                Kind.values()[flags >>> KIND_SHIFT],
                new Identity(subscriber, duid, iaid),
                in.vint(Integer.MAX_VALUE),
                in.vint(Integer.MAX_VALUE),
                in.vint(),
                in.vint(),
                in.vint(),
                in.vint());
        in.end();
        return row;
    }

    /** Quick look at the flags of a value that is no allocation: true if the subscriber index leads to it. */
    static boolean isForItsOwner(byte[] value) {
        return (value[1] >>> KIND_SHIFT & 0x03) <= Kind.YIELDING.ordinal();
    }
}
