package io.nexus.statemachine.codec;

import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Stage;
import java.nio.ByteBuffer;

/**
 * A whole allocation for the wire, with the names that its row leaves to the pool. A change of its form is a change of
 * {@link OutcomeCodec}'s too.
 */
public final class AllocationCodec {
    /** An allocation takes at least this much, without version. */
    static final int BYTES_MIN = 24;

    private static final int VERSION = 2;

    private AllocationCodec() {}

    public static byte[] encode(Allocation allocation) {
        return Framed.encode(VERSION, allocation, AllocationCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static Allocation decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "an allocation", AllocationCodec::read);
    }

    static void write(ByteWriter writer, Allocation allocation) {
        writer.string(allocation.poolId()).string(allocation.space());
        writer.vint31(allocation.instance()).vint(allocation.unit());
        PrefixCodec.write(writer, allocation.prefix());
        IdentityCodec.write(writer, allocation.owner());
        writer.bytes(allocation.mac()).u8(allocation.type().code());
        writer.vint(allocation.allocatedAtMillis())
                .vint(allocation.renewedAtMillis())
                .vint(allocation.expiresAtMillis());
        writer.vint31(allocation.causalLength())
                .vint31(allocation.incarnation())
                .vint(allocation.seq());
        writer.u64(allocation.commandId()).u8(allocation.stage().ordinal());
        writeAttachment(writer, allocation.attachment());
    }

    static Allocation read(ByteReader reader) {
        String poolId = reader.string();
        String space = reader.string();
        int instance = reader.vint31();
        long unit = reader.vint();
        Prefix prefix = PrefixCodec.read(reader);
        Identity owner = IdentityCodec.read(reader);
        byte[] mac = reader.bytes();
        AllocType type = AllocType.ofCode(reader.u8());
        long allocatedAtMillis = reader.vint();
        long renewedAtMillis = reader.vint();
        long expiresAtMillis = reader.vint();
        int causalLength = reader.vint31();
        int incarnation = reader.vint31();
        long seq = reader.vint();
        long commandId = reader.u64();
        Stage stage = stage(reader);
        Attachment attachment = readAttachment(reader);
        return new Allocation(
                poolId,
                space,
                instance,
                unit,
                prefix,
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

    static void writeAttachment(ByteWriter writer, Attachment attachment) {
        writer.string(attachment.gateway()).string(attachment.circuit());
    }

    static Attachment readAttachment(ByteReader reader) {
        return new Attachment(reader.string(), reader.string());
    }

    private static Stage stage(ByteReader reader) {
        int code = reader.u8();
        Stage[] stages = Stage.values();
        if (code >= stages.length) {
            throw reader.malformed("unknown stage " + code);
        }
        return stages[code];
    }
}
