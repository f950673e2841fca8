package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Stage;

/**
 * Value of an ALLOCATION row where somebody holds the unit that the key names. 48 bytes for a subscriber id of 13 characters with
 * a MAC, so that ten million allocations fit a small disk.
 *
 * <pre>
 * +---------+-------+--------------------------------+---------+------------------------+------------+
 * | version | flags | subscriber: vint length, UTF-8 | [mac 6] | [duid: u8 length, ...] | [iaid u32] |
 * +---------+-------+------------------+------------+--------+---------------------+---+------------+
 * | [gateway: vint length, UTF-8] | [circuit: vint length, UTF-8] |
 * +------------------------+------+-------------+-----------------+------------------------------+
 * | causal length: vint    | incarnation: vint  | seq: vint        | command id: u64                 |
 * +------------------------+-----+--------------+------------------++--------------------------------+
 * | allocated at: vint           | renewed - allocated: vint        | [expires - renewed: vint]      |
 * +------------------------------+----------------------------------+--------------------------------+
 * flags: bits 0-1 {@link AllocType} code, bit 2 has mac, bit 3 has duid, bit 4 has iaid, bit 5 offered, bit 6
 * offered to its last owner, bit 7 has gateway and circuit. Times in ms.
 * </pre>
 *
 * @param causalLength odd
 * @param incarnation of the stream in which it was last changed
 * @param seq of the step that last changed it
 * @param commandId of the command that made it
 * @param mac six octets, or empty
 * @param expiresAtMillis deadline of the lease or offer, not before renewedAtMillis; 0 if and only if permanent
 */
@SuppressWarnings("ArrayRecordComponent") // mac: compared by content only in tests
public record AllocationRow(
        AllocType type,
        int causalLength,
        int incarnation,
        long seq,
        long commandId,
        Identity owner,
        byte[] mac,
        long allocatedAtMillis,
        long renewedAtMillis,
        long expiresAtMillis,
        Stage stage,
        Attachment attachment)
        implements UnitRow {
    private static final int HAS_MAC = 0x04;
    private static final int HAS_DUID = 0x08;
    private static final int HAS_IAID = 0x10;
    private static final int OFFERED = 0x20;
    private static final int OFFERED_AGAIN = 0x40;
    private static final int HAS_ATTACHMENT = 0x80;

    public static final int MAC_BYTES = 6;
    public static final int SUBSCRIBER_BYTES_MAX = 256;
    public static final int DUID_BYTES_MAX = 128;
    private static final byte[] NOTHING = new byte[0];

    /** One that is given, to somebody somewhere. */
    public AllocationRow(
            AllocType type,
            int causalLength,
            int incarnation,
            long seq,
            long commandId,
            Identity owner,
            byte[] mac,
            long allocatedAtMillis,
            long renewedAtMillis,
            long expiresAtMillis) {
        this(
                type,
                causalLength,
                incarnation,
                seq,
                commandId,
                owner,
                mac,
                allocatedAtMillis,
                renewedAtMillis,
                expiresAtMillis,
                Stage.ACTIVE,
                Attachment.NONE);
    }

    public AllocationRow {
        require((causalLength & 1) == 1 && causalLength > 0, "causal length of an allocation must be odd");
        require(mac.length == 0 || mac.length == MAC_BYTES, "a mac has six octets");
        require(owner.duid().length <= DUID_BYTES_MAX, "duid too long");
        require(incarnation >= 0 && seq >= 0, "version out of range");
        require(allocatedAtMillis >= 0 && renewedAtMillis >= allocatedAtMillis, "renewed before allocated");
        boolean permanent = type == AllocType.PERMANENT;
        require(permanent ? expiresAtMillis == 0 : expiresAtMillis >= renewedAtMillis, "deadline does not fit");
        require(permanent || expiresAtMillis > 0, "a lease without a deadline");
        require(!permanent || stage == Stage.ACTIVE, "an offer without a deadline");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** True if the lease has ended by that time; never for a permanent allocation. */
    public boolean endedBy(long clockMillis) {
        return expiresAtMillis != 0 && expiresAtMillis <= clockMillis;
    }

    private static int code(Stage stage) {
        return switch (stage) {
            case ACTIVE -> 0;
            case OFFERED -> OFFERED;
            case OFFERED_AGAIN -> OFFERED | OFFERED_AGAIN;
        };
    }

    private static Stage stage(ByteReader in, int flags) {
        return switch (flags & (OFFERED | OFFERED_AGAIN)) {
            case 0 -> Stage.ACTIVE;
            case OFFERED -> Stage.OFFERED;
            case OFFERED | OFFERED_AGAIN -> Stage.OFFERED_AGAIN;
            default -> throw in.malformed("allocation row with flags that do not go together " + flags);
        };
    }

    @Override
    public byte[] encode() {
        int flags = type.code()
                | code(stage)
                | (attachment.isNone() ? 0 : HAS_ATTACHMENT)
                | (mac.length > 0 ? HAS_MAC : 0)
                | (owner.duid().length > 0 ? HAS_DUID : 0)
                | (owner.iaid() != 0 ? HAS_IAID : 0);
        ByteWriter out = new ByteWriter(64);
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
        out.vint(causalLength).vint(incarnation).vint(seq).u64(commandId);
        out.vint(allocatedAtMillis).vint(renewedAtMillis - allocatedAtMillis);
        if (type != AllocType.PERMANENT) {
            out.vint(expiresAtMillis - renewedAtMillis);
        }
        return out.toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static AllocationRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int flags = header(in);
        String subscriber = in.string(SUBSCRIBER_BYTES_MAX);
        byte[] mac = (flags & HAS_MAC) != 0 ? in.raw(MAC_BYTES) : NOTHING;
        byte[] duid = (flags & HAS_DUID) != 0 ? in.raw(in.u8()) : NOTHING;
        int iaid = (flags & HAS_IAID) != 0 ? (int) in.u32() : 0;
        Attachment attachment =
                (flags & HAS_ATTACHMENT) != 0 ? new Attachment(in.string(), in.string()) : Attachment.NONE;
        int causalLength = in.vint(Integer.MAX_VALUE);
        int incarnation = in.vint(Integer.MAX_VALUE);
        long seq = in.vint();
        long commandId = in.u64();
        long allocatedAt = in.vint();
        long renewedAt = allocatedAt + in.vint();
        AllocType type = AllocType.ofCode(flags & TYPE_MASK);
        long expiresAt = type == AllocType.PERMANENT ? 0 : renewedAt + in.vint();
        in.end();
        return new AllocationRow(
                type,
                causalLength,
                incarnation,
                seq,
                commandId,
                new Identity(subscriber, duid, iaid),
                mac,
                allocatedAt,
                renewedAt,
                expiresAt,
                stage(in, flags),
                attachment);
    }

    private static int header(ByteReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("allocation row of unknown version " + version);
        }
        return in.u8();
    }

    /**
     * The allocation that this row and its key describe.
     *
     * @param pool of the instance that the key names
     * @param unit of the key
     */
    public Allocation toAllocation(PoolEntry pool, long unit) {
        PoolSpec spec = pool.spec();
        return new Allocation(
                spec.id(),
                spec.space(),
                pool.instance(),
                unit,
                AddressPlan.prefix(spec, unit),
                owner,
                mac,
                type,
                allocatedAtMillis,
                renewedAtMillis,
                expiresAtMillis,
                causalLength,
                incarnation,
                seq,
                commandId,
                stage,
                attachment);
    }
}
