package io.nexus.crdt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recent steps of one stream, bounded by bytes and number, for any number of readers that each keep a cursor: a
 * slow or dead reader costs nothing here. A step is encoded when the first reader asks for it, once for all.
 *
 * <p>Threads: one writer appends, any thread reads; the lock is held for the copying of references only.
 */
public final class FeedRing {
    public static final long DEFAULT_BYTES = 8L << 20;
    public static final int DEFAULT_STEPS = 16_384;

    private final long bytesMax;
    private final Slot[] slots;
    private @Nullable Cursor head;
    private Branches branches = Branches.NONE;
    private long count;
    private long bytes;

    public FeedRing() {
        this(DEFAULT_BYTES, DEFAULT_STEPS);
    }

    /**
     * @param bytesMax of encoded steps; the newest step is kept whatever its size
     * @param stepsMax number of steps
     */
    public FeedRing(long bytesMax, int stepsMax) {
        this.bytesMax = bytesMax;
        this.slots = new Slot[stepsMax];
    }

    /** The last step appended, or where the ring was opened or reset to; null before. */
    public synchronized @Nullable Cursor head() {
        return head;
    }

    /** Encoded bytes of the steps held. */
    public synchronized long bytes() {
        return bytes;
    }

    /** The store jumped here without steps: nothing before it can be read any more. */
    public synchronized void reset(Cursor newHead) {
        while (count > 0) {
            evictOldest();
        }
        head = newHead;
    }

    /** Where the store is when the node starts; does nothing if the ring has a head already. */
    public synchronized void open(Cursor at) {
        if (head == null) {
            head = at;
        }
    }

    /** The stream's fork table, as the store has it: who is on an older branch may be on the way to this one. */
    public synchronized void forked(Branches table) {
        branches = table;
    }

    /**
     * Adds the step after the head. One that does not follow the head empties the ring first; the first step of a new
     * incarnation follows its fork point, and comes after {@link #forked}.
     */
    public synchronized void append(Step step) {
        Cursor at = Cursor.at(step.after());
        if (head == null || !branches.leads(head, at) || head.seq() + 1 != at.seq()) {
            reset(at.atSeq(at.seq() - 1));
        }
        int size = StepCodec.size(step);
        while (count > 0 && (count == slots.length || bytes + size > bytesMax)) {
            evictOldest();
        }
        slots[index(at.seq())] = new Slot(at, step, size);
        head = at;
        count++;
        bytes += size;
    }

    /** What follows the cursor: at least one step if there is any, then as many as fit in {@code bytesLimit}. */
    public Window read(Cursor after, int bytesLimit) {
        List<Slot> picked = new ArrayList<>();
        synchronized (this) {
            Verdict verdict = judge(after);
            if (verdict != Verdict.STEPS) {
                return new Window(verdict, List.of(), after);
            }
            long size = 0;
            for (long seq = after.seq() + 1; head != null && seq <= head.seq(); seq++) {
                Slot slot = slots[index(seq)];
                size += slot.size;
                if (!picked.isEmpty() && size > bytesLimit) {
                    break;
                }
                picked.add(slot);
            }
        }
        List<byte[]> steps = picked.stream().map(Slot::encoded).toList();
        return new Window(Verdict.STEPS, steps, picked.isEmpty() ? after : picked.get(picked.size() - 1).at);
    }

    private Verdict judge(Cursor after) {
        if (head == null) {
            return Verdict.NOT_HERE;
        }
        if (head.sameBranch(after) && after.seq() > head.seq()) {
            return Verdict.BEHIND;
        }
        if (!branches.leads(after, head)) {
            return Verdict.FORK;
        }
        return after.seq() < head.seq() - count ? Verdict.TOO_OLD : Verdict.STEPS;
    }

    private void evictOldest() {
        if (head == null) {
            return;
        }
        int oldest = index(head.seq() - count + 1);
        bytes -= slots[oldest].size;
        slots[oldest] = Slot.NONE;
        count--;
    }

    private int index(long seq) {
        return (int) (seq % slots.length);
    }

    /**
     * What a reader got.
     *
     * @param steps encoded by {@link StepCodec}, shared between readers: not to be modified
     * @param next cursor for the next read
     */
    public record Window(Verdict verdict, List<byte[]> steps, Cursor next) {}

    private static final class Slot {
        private static final Slot NONE = new Slot();

        private final Cursor at;
        private final int size;
        private @Nullable Step step;
        private byte @Nullable [] encoded;

        private Slot() {
            this.at = new Cursor(0, 0, 0, 0);
            this.size = 0;
        }

        private Slot(Cursor at, Step step, int size) {
            this.at = at;
            this.step = step;
            this.size = size;
        }

        synchronized byte[] encoded() {
            byte[] bytes = encoded;
            if (bytes == null) {
                Step first = step;
                if (first == null) {
                    throw new IllegalStateException("empty slot");
                }
                bytes = StepCodec.encode(first);
                encoded = bytes;
                step = null;
            }
            return bytes;
        }
    }
}
