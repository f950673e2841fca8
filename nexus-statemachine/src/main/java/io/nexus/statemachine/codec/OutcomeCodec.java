package io.nexus.statemachine.codec;

import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.nio.ByteBuffer;
import java.util.List;

/** An answer on its way back to the node that asked, or kept for a repeat of the question. */
public final class OutcomeCodec {
    private static final int VERSION = 2;

    private static final int ACCEPTED = 1;
    private static final int REJECTED = 2;

    private OutcomeCodec() {}

    public static byte[] encode(Outcome outcome) {
        return Framed.encode(VERSION, outcome, OutcomeCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static Outcome decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "an outcome", OutcomeCodec::read);
    }

    private static void write(ByteWriter writer, Outcome outcome) {
        if (outcome instanceof Accepted accepted) {
            writeAccepted(writer.u8(ACCEPTED), accepted);
        } else {
            writeRejected(writer.u8(REJECTED), (Rejected) outcome);
        }
    }

    private static Outcome read(ByteReader reader) {
        int type = reader.u8();
        return switch (type) {
            case ACCEPTED -> readAccepted(reader);
            case REJECTED -> readRejected(reader);
            default -> throw reader.malformed("unknown type of outcome " + type);
        };
    }

    private static void writeAccepted(ByteWriter writer, Accepted accepted) {
        PoolEntry pool = accepted.pool();
        writer.bool(accepted.changed()).bool(pool != null);
        ListCodec.write(writer, accepted.allocations(), AllocationCodec::write);
        if (pool != null) {
            PoolEntryCodec.write(writer, pool);
        }
    }

    private static Accepted readAccepted(ByteReader reader) {
        boolean changed = reader.bool();
        boolean hasPool = reader.bool();
        List<Allocation> allocations = ListCodec.read(reader, AllocationCodec.BYTES_MIN, AllocationCodec::read);
        return new Accepted(changed, allocations, hasPool ? PoolEntryCodec.read(reader) : null);
    }

    private static void writeRejected(ByteWriter writer, Rejected rejected) {
        String field = rejected.field();
        writer.u8(rejected.reason().code()).bool(field != null);
        if (field != null) {
            writer.string(field);
        }
        writer.string(rejected.detail());
    }

    private static Rejected readRejected(ByteReader reader) {
        Reason reason = Reason.ofCode(reader.u8());
        String field = reader.bool() ? reader.string() : null;
        return new Rejected(reason, field, reader.string());
    }
}
