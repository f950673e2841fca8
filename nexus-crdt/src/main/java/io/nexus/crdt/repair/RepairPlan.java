package io.nexus.crdt.repair;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Digest;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.RowCodec;
import io.nexus.crdt.repair.Expansion.RowId;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The side that is wrong: finds out by questions what makes its rows those of a {@link RepairSource}. Driven by the
 * answers, asks one question at a time; gives up when another way is cheaper. Keeps at most {@link #BYTES_MAX} of rows.
 */
public final class RepairPlan {
    /** Ranges in one question: with sixteen parts each an answer stays below 64 KB. */
    public static final int RANGES_AT_ONCE = 16;
    /** Rows in one question. */
    public static final int KEYS_AT_ONCE = 128;
    /** Of corrected rows: they are written in one batch. */
    public static final long BYTES_MAX = 16L << 20;
    /** If more than one row in so many differs, fetching all of them in key order is cheaper. */
    private static final int ONE_IN = 5;

    private final SortedRows own;
    private final RangePrint before;
    private final RangePrint goal;
    private final Deque<RangePrint> open = new ArrayDeque<>();
    private final Deque<byte[]> wanted = new ArrayDeque<>();
    private final Map<ByteBuffer, RowChange> corrections = new TreeMap<>(RepairPlan::compareKeys);
    private Digest digest;
    private long count;
    private long differing;
    private long bytes;

    /** What to do next. */
    public sealed interface Next {
        /** Ask what is in these ranges; they are the source's own words. */
        record Expand(List<RangePrint> ranges) implements Next {}

        @SuppressWarnings("ArrayRecordComponent")
        record Fetch(List<byte[]> keys) implements Next {}

        /** These changes, in order of keys, make the rows those of the source. */
        record Correct(List<RowChange> changes) implements Next {}

        /** Too much differs: fetch everything. */
        record TooMuch() implements Next {}

        /** What the source said does not add up to its digest. */
        record NotWhatItSaid() implements Next {}
    }

    /**
     * @param own rows to be corrected
     * @param before what they are now, recounted
     * @param goal what the source's rows are, recounted there
     */
    public RepairPlan(SortedRows own, RangePrint before, RangePrint goal) {
        this.own = own;
        this.before = before;
        this.goal = goal;
        this.digest = before.digest();
        this.count = before.count();
        if (!before.sameRows(goal)) {
            open.add(goal);
        }
    }

    public Next next() {
        if (differing + open.size() > Math.max(before.count(), goal.count()) / ONE_IN || bytes > BYTES_MAX) {
            boolean nothingLearnt = open.size() == 1 && differing == 0;
            if (!nothingLearnt) {
                return new Next.TooMuch();
            }
        }
        if (!open.isEmpty()) {
            List<RangePrint> ranges = new ArrayList<>(RANGES_AT_ONCE);
            while (ranges.size() < RANGES_AT_ONCE && !open.isEmpty()) {
                ranges.add(open.remove());
            }
            return new Next.Expand(ranges);
        }
        if (!wanted.isEmpty()) {
            List<byte[]> keys = new ArrayList<>(KEYS_AT_ONCE);
            while (keys.size() < KEYS_AT_ONCE && !wanted.isEmpty()) {
                keys.add(wanted.remove());
            }
            return new Next.Fetch(keys);
        }
        boolean reached = digest.equals(goal.digest()) && count == goal.count();
        return reached ? new Next.Correct(List.copyOf(corrections.values())) : new Next.NotWhatItSaid();
    }

    /** The source's answer to {@link Next.Expand}. Reads the ranges that differ from the copy's own rows. */
    public Next expanded(List<Expansion> answers) {
        for (Expansion answer : answers) {
            if (answer instanceof Expansion.Parts parts) {
                for (RangePrint part : parts.parts()) {
                    if (!RangePrint.of(own, part.range()).sameRows(part)) {
                        open.add(part);
                    }
                }
            } else if (answer instanceof Expansion.Ids ids) {
                compare(ids);
            }
        }
        return next();
    }

    /** The source's answer to {@link Next.Fetch}. */
    public Next fetched(List<RowChange> rows) {
        for (RowChange row : rows) {
            byte[] value = row.value();
            if (value == null) {
                throw new CorruptBytes("the source has no row that it named");
            }
            if (corrections.put(ByteBuffer.wrap(row.key()), row) != null) {
                throw new CorruptBytes("the source sent a row twice");
            }
            digest = digest.plus(Digest.of(row.key(), value));
            count++;
            bytes += RowCodec.size(row);
        }
        return next();
    }

    private void compare(Expansion.Ids theirs) {
        Map<ByteBuffer, Digest> missing = new TreeMap<>(RepairPlan::compareKeys);
        for (RowId id : theirs.ids()) {
            missing.put(ByteBuffer.wrap(id.key()), id.digest());
        }
        own.scan(theirs.range(), (key, value) -> {
            Digest mine = Digest.of(key, value);
            ByteBuffer name = ByteBuffer.wrap(key);
            Digest other = missing.get(name);
            if (mine.equals(other)) {
                missing.remove(name);
                return;
            }
            digest = digest.minus(mine);
            count--;
            if (other == null) {
                differing++;
                bytes += key.length;
                corrections.put(name, new RowChange(key, null));
            }
        });
        differing += missing.size();
        missing.keySet().forEach(key -> wanted.add(key.array()));
    }

    private static int compareKeys(ByteBuffer a, ByteBuffer b) {
        return java.util.Arrays.compareUnsigned(a.array(), b.array());
    }
}
