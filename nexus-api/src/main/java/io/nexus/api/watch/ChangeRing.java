package io.nexus.api.watch;

import io.nexus.crdt.Cursor;
import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.RowUpdate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recent steps of one stream with the rows as they were before, bounded by bytes and number; readers keep cursors.
 * Unlike the feed's ring it has what no step carries, and only rows that can be watched.
 *
 * <p>Threads: one writer appends, any thread reads; the lock is held for the copying of references only.
 */
final class ChangeRing {
    static final int STEPS_MAX = 16_384;
    private static final int ROW_BYTES = 64; // of objects around the arrays, about
    private static final int STEP_BYTES = 48;

    private final long bytesMax;
    private final Slot[] slots;
    private @Nullable Cursor head;
    private int count;
    private long bytes;
    private int epoch;

    /** @param stepsMax number of steps kept at most; the newest is kept whatever its size */
    ChangeRing(long bytesMax, int stepsMax) {
        this.bytesMax = bytesMax;
        this.slots = new Slot[stepsMax];
    }

    /** One step. What was made of it is kept here by the serving thread, for all watchers. */
    static final class Slot {
        private final List<RowUpdate> rows;
        private final int bytes;

        @Nullable
        List<WatchChange> decoded;

        private Slot(List<RowUpdate> rows) {
            this.rows = rows;
            int size = STEP_BYTES;
            for (RowUpdate row : rows) {
                size += ROW_BYTES + row.key().length + length(row.before()) + length(row.after());
            }
            this.bytes = size;
        }

        List<RowUpdate> rows() {
            return rows;
        }

        private static int length(byte @Nullable [] value) {
            return value == null ? 0 : value.length;
        }
    }

    /**
     * How far the ring reaches at one moment.
     *
     * @param oldest the steps after this seq are there
     * @param epoch changes whenever the head jumped instead of moving by a step
     */
    record View(@Nullable Cursor head, long oldest, int epoch) {}

    synchronized View view() {
        return new View(head, head == null ? 0 : head.seq() - count, epoch);
    }

    /** Where the store is when nobody has said so yet. */
    synchronized void open(Cursor at) {
        if (head == null) {
            head = at;
        }
    }

    /** The store jumped here without steps. */
    synchronized void reset(Cursor at) {
        while (count > 0) {
            evictOldest();
        }
        head = at;
        epoch++;
    }

    synchronized void append(Position after, List<RowUpdate> rows) {
        Cursor at = Cursor.at(after);
        if (head == null) {
            head = at.atSeq(at.seq() - 1);
        } else if (!head.sameBranch(at) || head.seq() + 1 != at.seq()) {
            reset(at.atSeq(at.seq() - 1));
        }
        Slot slot = new Slot(rows);
        while (count > 0 && (count == slots.length || bytes + slot.bytes > bytesMax)) {
            evictOldest();
        }
        slots[index(at.seq())] = slot;
        head = at;
        count++;
        bytes += slot.bytes;
    }

    /** The step of this seq; null if it is not here any more, or not yet. */
    synchronized @Nullable Slot at(long seq) {
        Cursor newest = head;
        return newest == null || seq > newest.seq() || seq <= newest.seq() - count ? null : slots[index(seq)];
    }

    private void evictOldest() {
        Cursor newest = head;
        if (newest == null) {
            return;
        }
        int oldest = index(newest.seq() - count + 1);
        bytes -= slots[oldest].bytes;
        slots[oldest] = new Slot(List.of());
        count--;
    }

    private int index(long seq) {
        return (int) (seq % slots.length);
    }
}
