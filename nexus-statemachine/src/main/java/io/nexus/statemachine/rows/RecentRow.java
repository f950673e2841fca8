package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Value of a RECENT row: the commands of one step whose answers cannot be told from the allocations themselves, kept
 * for ten minutes so that a late repetition gets the first answer and does nothing.
 *
 * <pre>
 * +---------+----------------+-------------+------------+
 * | version | clock ms: vint | count: vint | entries... |
 * +---------+----------------+-------------+------------+
 *
 *   1 Released  | command id: u64 | body: u32 | ended |
 *   2 Refused   | command id: u64 | body: u32 |
 *   3 Expired   | ended |
 *   4 Repeated  | command id: u64 | id of the first command: u64 |
 *
 *   ended       | instance: vint | unit: vint | allocation row: vint length, bytes |
 * </pre>
 *
 * @param clockMillis the state's clock at the step
 */
public record RecentRow(long clockMillis, List<Entry> entries) {
    private static final int VERSION = 1;
    private static final int RELEASED = 1;
    private static final int REFUSED = 2;
    private static final int EXPIRED = 3;
    private static final int REPEATED = 4;
    private static final int ENTRY_BYTES_MIN = 4;
    private static final int ROW_BYTES_MAX = 1024;

    public RecentRow {
        entries = List.copyOf(entries);
    }

    /** One remembered decision. */
    public sealed interface Entry {
        /** All commands that the entry knows the first answer of. */
        long[] commandIds();
    }

    /**
     * A release that freed an allocation. Answers itself and the command that had made the allocation.
     *
     * @param body fingerprint of the command, to tell a reused id
     */
    public record Released(long commandId, int body, Ended ended) implements Entry {
        @Override
        public long[] commandIds() {
            return new long[] {commandId, ended.row.commandId()};
        }
    }

    /**
     * A release that found nothing to free. A repetition must not free what was allocated since.
     *
     * @param body fingerprint of the command, to tell a reused id
     */
    public record Refused(long commandId, int body) implements Entry {
        @Override
        public long[] commandIds() {
            return new long[] {commandId};
        }
    }

    /** A lease that ended. Answers the command that had made the allocation. */
    public record Expired(Ended ended) implements Entry {
        @Override
        public long[] commandIds() {
            return new long[] {ended.row.commandId()};
        }
    }

    /**
     * An allocate that was answered with what its owner held already.
     *
     * @param firstCommandId of the command that had made the allocation
     */
    public record Repeated(long commandId, long firstCommandId) implements Entry {
        @Override
        public long[] commandIds() {
            return new long[] {commandId};
        }
    }

    /** An allocation that is over, with its row as it was last. */
    public record Ended(int instance, long unit, AllocationRow row) {}

    public byte[] encode() {
        ByteWriter out = new ByteWriter(32 + 80 * entries.size());
        out.u8(VERSION).vint(clockMillis).vint(entries.size());
        for (Entry entry : entries) {
            if (entry instanceof Released released) {
                out.u8(RELEASED).u64(released.commandId).u32(released.body & 0xffff_ffffL);
                write(out, released.ended);
            } else if (entry instanceof Refused refused) {
                out.u8(REFUSED).u64(refused.commandId).u32(refused.body & 0xffff_ffffL);
            } else if (entry instanceof Expired expired) {
                write(out.u8(EXPIRED), expired.ended);
            } else if (entry instanceof Repeated repeated) {
                out.u8(REPEATED).u64(repeated.commandId).u64(repeated.firstCommandId);
            }
        }
        return out.toByteArray();
    }

    private static void write(ByteWriter out, Ended ended) {
        out.vint(ended.instance & 0xffff_ffffL).vint(ended.unit).bytes(ended.row.encode());
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static RecentRow decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("recent row of unknown version " + version);
        }
        long clockMillis = in.vint();
        int count = in.count(ENTRY_BYTES_MIN);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(readEntry(in));
        }
        in.end();
        return new RecentRow(clockMillis, entries);
    }

    private static Entry readEntry(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case RELEASED -> new Released(in.u64(), (int) in.u32(), readEnded(in));
            case REFUSED -> new Refused(in.u64(), (int) in.u32());
            case EXPIRED -> new Expired(readEnded(in));
            case REPEATED -> new Repeated(in.u64(), in.u64());
            default -> throw in.malformed("recent row with an entry of unknown kind " + kind);
        };
    }

    private static Ended readEnded(ByteReader in) {
        return new Ended((int) in.vint(), in.vint(), AllocationRow.decode(in.bytes(ROW_BYTES_MAX)));
    }
}
