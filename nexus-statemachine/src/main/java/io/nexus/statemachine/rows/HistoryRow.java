package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;

/**
 * Value of a HISTORY row: who had a unit until the time that the key names. Written once, when an allocation ends; 27
 * bytes for a subscriber id of 13 characters with a MAC.
 *
 * <pre>
 * +---------+-------+--------------------------------+---------+------------------------+------------+
 * | version | flags | subscriber: vint length, UTF-8 | [mac 6] | [duid: u8 length, ...] | [iaid u32] |
 * +---------+-------+---------------+----------------+---------+---------+--------------+------------+
 * | [gateway: vint length, UTF-8]   | [circuit: vint length, UTF-8]     | held ms: vint |
 * +---------------------------------+-----------------------------------+---------------+
 * flags: bits 0-1 {@link AllocType} code, bit 2 has mac, bit 3 has duid, bit 4 has iaid, bits 5-6 {@link EndReason},
 * bit 7 has gateway and circuit.
 * </pre>
 *
 * @param mac six octets, or empty
 * @param heldMillis from the allocation to its end, more than 0
 */
@SuppressWarnings("ArrayRecordComponent") // mac: compared by content only in tests
public record HistoryRow(
        EndReason reason, AllocType type, Identity owner, byte[] mac, Attachment attachment, long heldMillis) {
    private static final int VERSION = 1;
    private static final int TYPE_MASK = 0x03;
    private static final int HAS_MAC = 0x04;
    private static final int HAS_DUID = 0x08;
    private static final int HAS_IAID = 0x10;
    private static final int REASON_SHIFT = 5;
    private static final int HAS_ATTACHMENT = 0x80;
    private static final byte[] NOTHING = new byte[0];

    public HistoryRow {
        if (heldMillis <= 0 || (mac.length != 0 && mac.length != AllocationRow.MAC_BYTES)) {
            throw new IllegalArgumentException("not a row of history: held " + heldMillis + " ms");
        }
    }

    /** Of an allocation that ends now. */
    public static HistoryRow of(AllocationRow ended, EndReason reason, long nowMillis) {
        return new HistoryRow(
                reason,
                ended.type(),
                ended.owner(),
                ended.mac(),
                ended.attachment(),
                nowMillis - ended.allocatedAtMillis());
    }

    public byte[] encode() {
        int flags = type.code()
                | (mac.length > 0 ? HAS_MAC : 0)
                | (owner.duid().length > 0 ? HAS_DUID : 0)
                | (owner.iaid() != 0 ? HAS_IAID : 0)
                | reason.ordinal() << REASON_SHIFT
                | (attachment.isNone() ? 0 : HAS_ATTACHMENT);
        ByteWriter out = new ByteWriter(48);
        out.u8(VERSION).u8(flags).string(owner.subscriber()).raw(mac);
        if ((flags & HAS_DUID) != 0) {
            out.u8(owner.duid().length).raw(owner.duid());
        }
        if ((flags & HAS_IAID) != 0) {
            out.u32(owner.iaid() & 0xffff_ffffL);
        }
        if ((flags & HAS_ATTACHMENT) != 0) {
            out.string(attachment.gateway()).string(attachment.circuit());
        }
        return out.vint(heldMillis).toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static HistoryRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("history row of unknown version " + version);
        }
        int flags = in.u8();
        String subscriber = in.string(AllocationRow.SUBSCRIBER_BYTES_MAX);
        byte[] mac = (flags & HAS_MAC) != 0 ? in.raw(AllocationRow.MAC_BYTES) : NOTHING;
        byte[] duid = (flags & HAS_DUID) != 0 ? in.raw(in.u8()) : NOTHING;
        int iaid = (flags & HAS_IAID) != 0 ? (int) in.u32() : 0;
        Attachment attachment =
                (flags & HAS_ATTACHMENT) != 0 ? new Attachment(in.string(), in.string()) : Attachment.NONE;
        HistoryRow row = new HistoryRow(
                EndReason.values()[flags >>> REASON_SHIFT & 0x03],
                AllocType.ofCode(flags & TYPE_MASK),
                new Identity(subscriber, duid, iaid),
                mac,
                attachment,
                in.vint());
        in.end();
        return row;
    }
}
