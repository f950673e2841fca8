package io.nexus.statemachine.rows;

import io.nexus.crdt.Branches;
import io.nexus.crdt.Branches.Branch;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Value of the BRANCHES row: the stream's fork table. The first step of a new incarnation writes it, so a store that is
 * on an incarnation has the table that leads there. A stream that never forked has no such row.
 *
 * <pre>
 * +---------+------------+---------------------------------------------------+
 * | version | count vint | count times: incarnation u32, nonce u64, R vint   |
 * +---------+------------+---------------------------------------------------+
 * </pre>
 */
public final class BranchesRow {
    private static final int VERSION = 1;
    private static final int BRANCH_BYTES_MIN = 4 + 8 + 1;

    private BranchesRow() {}

    public static byte[] encode(Branches branches) {
        ByteWriter out = new ByteWriter().u8(VERSION).vint(branches.forks().size());
        for (Branch branch : branches.forks()) {
            out.u32(branch.incarnation()).u64(branch.nonce()).vint(branch.forkSeq());
        }
        return out.toByteArray();
    }

    /** Throws {@link io.nexus.statemachine.codec.MalformedBytes} or IllegalArgumentException if it is no such row. */
    public static Branches decode(byte[] value) {
        ByteReader in = new ByteReader(value);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("branches row of unknown version " + version);
        }
        int count = in.count(BRANCH_BYTES_MIN);
        List<Branch> forks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            forks.add(new Branch((int) in.u32(), in.u64(), in.vint()));
        }
        in.end();
        return new Branches(forks);
    }

    /** The fork table of a store, or of a snapshot of it. May block on disk. */
    public static Branches of(Rows rows) {
        byte[] value = rows.get(RowKeys.branches());
        return value == null ? Branches.NONE : decode(value);
    }

    /** The fork table that the step writes; null if it writes none, as all do but the first of an incarnation. */
    public static @Nullable Branches in(Step step) {
        for (RowChange change : step.changes()) {
            byte[] value = change.value();
            if (value != null && RowKeys.isBranches(change.key())) {
                return decode(value);
            }
        }
        return null;
    }
}
