package io.nexus.crdt.repair;

import io.nexus.crdt.Digest;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.repair.Expansion.RowId;
import java.util.ArrayList;
import java.util.List;

/**
 * The side that is right: answers about the rows of one moment. Keeps nothing between two questions, so the other side
 * may ask for anything in any order.
 */
public final class RepairSource {
    /** Pieces that a range is cut in. */
    public static final int FAN_OUT = 16;
    /** A range with fewer rows is told row by row. */
    public static final int IDS_BELOW = 16;

    private final SortedRows rows;

    public RepairSource(SortedRows rows) {
        this.rows = rows;
    }

    /** Reads everything: what the rows are, whatever anybody believed of them. */
    public RangePrint whole() {
        return RangePrint.of(rows, KeyRange.ALL);
    }

    /** Reads the range once. {@code asked.count()} is what this side said of it, and decides how it is cut. */
    public Expansion expand(RangePrint asked) {
        if (asked.count() < IDS_BELOW) {
            List<RowId> ids = new ArrayList<>();
            rows.scan(asked.range(), (key, value) -> ids.add(new RowId(key, Digest.of(key, value))));
            if (ids.size() < IDS_BELOW) {
                return new Expansion.Ids(asked.range(), ids);
            }
            return cut(new RangePrint(asked.range(), ids.size(), asked.digest()));
        }
        return cut(asked);
    }

    private Expansion cut(RangePrint asked) {
        Cutter cutter = new Cutter(asked.range(), (asked.count() + FAN_OUT - 1) / FAN_OUT);
        rows.scan(asked.range(), cutter);
        return new Expansion.Parts(asked.range(), cutter.end());
    }

    /** The rows of these keys; one that is not there is told as deleted. */
    public List<RowChange> fetch(List<byte[]> keys) {
        List<RowChange> found = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            found.add(new RowChange(key, rows.get(key)));
        }
        return found;
    }

    private static final class Cutter implements SortedRows.Visitor {
        private final KeyRange range;
        private final long each;
        private final List<RangePrint> parts = new ArrayList<>(FAN_OUT);
        private byte[] from;
        private long count;
        private Digest digest = Digest.ZERO;

        private Cutter(KeyRange range, long each) {
            this.range = range;
            this.each = each;
            this.from = range.from();
        }

        @Override
        public void row(byte[] key, byte[] value) {
            if (count == each && parts.size() < FAN_OUT - 1) {
                close(key);
            }
            count++;
            digest = digest.plus(Digest.of(key, value));
        }

        private void close(byte[] to) {
            parts.add(new RangePrint(new KeyRange(from, to), count, digest));
            from = to;
            count = 0;
            digest = Digest.ZERO;
        }

        private List<RangePrint> end() {
            close(range.to());
            return parts;
        }
    }
}
