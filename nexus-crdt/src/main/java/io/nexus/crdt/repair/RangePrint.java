package io.nexus.crdt.repair;

import io.nexus.crdt.Digest;

/** What two copies compare of a range: equal count and digest, equal rows. */
public record RangePrint(KeyRange range, long count, Digest digest) {

    /** Reads the whole range. */
    public static RangePrint of(SortedRows rows, KeyRange range) {
        Count count = new Count();
        rows.scan(range, count);
        return new RangePrint(range, count.rows, count.digest);
    }

    public boolean sameRows(RangePrint other) {
        return count == other.count && digest.equals(other.digest);
    }

    private static final class Count implements SortedRows.Visitor {
        private long rows;
        private Digest digest = Digest.ZERO;

        @Override
        public void row(byte[] key, byte[] value) {
            rows++;
            digest = digest.plus(Digest.of(key, value));
        }
    }
}
