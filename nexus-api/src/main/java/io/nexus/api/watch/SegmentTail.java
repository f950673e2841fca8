package io.nexus.api.watch;

import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.crdt.Cursor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A watcher's place in one stream: what it has seen, and which steps after that concern it. While nothing concerns it,
 * its place moves with the lane and costs nothing.
 */
final class SegmentTail implements WatchPart {
    /** So many single steps are remembered; a watcher that is further behind looks at all steps from there on. */
    private static final int MARKS_MAX = 64;

    private final Lane lane;
    private final WatchHub hub;
    private final WatchFilter filter;
    private final Deque<Long> marks = new ArrayDeque<>();
    private long sweepFrom = 1;
    private long sweepTo;
    /** Everything up to here is told, or in the snapshot. */
    private long base;
    /** Of the token that is resumed, until this node has reached it. */
    private WatchToken.@Nullable Place awaited;

    private @Nullable SegmentScan scan;

    SegmentTail(Lane lane, WatchHub hub, WatchFilter filter) {
        this.lane = lane;
        this.hub = hub;
        this.filter = filter;
    }

    /** Goes on after what this node has now. */
    void fromHere() {
        base = lane.dispatched;
    }

    /** Goes on after a token's place. */
    void resume(WatchToken.Place place) throws Fallen {
        awaited = place;
        base = place.seq();
        settled();
    }

    /** The lane has come to a step that concerns this watcher. */
    void mark(long seq) {
        if (marks.size() == MARKS_MAX) {
            sweepFrom = sweepTo < sweepFrom ? marks.getFirst() : sweepFrom;
            sweepTo = seq;
            marks.clear();
        } else if (sweepTo >= sweepFrom && marks.isEmpty() && seq <= sweepTo + 1) {
            sweepTo = Math.max(sweepTo, seq);
        } else {
            marks.addLast(seq);
        }
    }

    @Override
    public void snapshot() {
        close();
        awaited = null;
        marks.clear();
        sweepFrom = 1;
        sweepTo = 0;
        base = 0;
        scan = new SegmentScan(hub.store(lane.stream), filter);
    }

    @Override
    public @Nullable Scan scan() {
        return scan;
    }

    @Override
    public void scanned(long seq) {
        base = seq;
        close();
    }

    @Override
    public List<WatchChange> changes(int max) throws Fallen {
        List<WatchChange> told = new ArrayList<>();
        while (told.size() < max && settled()) {
            long seq = next();
            if (seq == 0) {
                break;
            }
            tell(seq, told);
            base = seq;
        }
        return told;
    }

    private void tell(long seq, List<WatchChange> told) throws Fallen {
        ChangeRing.Slot step = lane.ring.at(seq);
        if (step == null) {
            throw new Fallen(
                    Cause.TOO_OLD, "the watcher was too slow: this node has no longer the changes after its place");
        }
        for (WatchChange change : hub.decode(step)) {
            WatchChange seen = change.seenBy(filter);
            if (seen != null) {
                told.add(seen);
            }
        }
    }

    /** The next step to look at, 0 for none; it is never beyond the lane. */
    private long next() {
        sweepFrom = Math.max(sweepFrom, base + 1);
        if (sweepFrom <= sweepTo) {
            return sweepFrom;
        }
        while (!marks.isEmpty() && marks.getFirst() <= base) {
            marks.removeFirst();
        }
        return marks.isEmpty() ? 0 : marks.getFirst();
    }

    @Override
    public boolean settled() throws Fallen {
        if (scan != null) {
            return false;
        }
        WatchToken.Place place = awaited;
        Cursor here = lane.branch;
        if (place == null) {
            return true;
        }
        if (here == null || place.incarnation() > here.incarnation()) {
            return false;
        }
        if (!place.sameBranch(here)) {
            throw new Fallen(
                    Cause.LOST_BRANCH,
                    "segment " + lane.stream + " was rebuilt, perhaps without what this watcher has seen");
        }
        if (lane.dispatched < place.seq()) {
            return false;
        }
        awaited = null;
        sweepFrom = place.seq() + 1;
        sweepTo = lane.dispatched;
        if (sweepFrom <= sweepTo && lane.ring.at(sweepFrom) == null) {
            throw new Fallen(Cause.TOO_OLD, "this node has no longer the changes after the token");
        }
        return true;
    }

    /** The lane jumped: only who has told nothing of it yet can go on. */
    void jumped(Cause why) throws Fallen {
        if (awaited == null) {
            throw new Fallen(
                    why,
                    why == Cause.TOO_OLD
                            ? "this node was too slow: it has no longer all changes of segment " + lane.stream
                            : "this node's copy of segment " + lane.stream + " was replaced");
        }
    }

    private long seen() {
        long next = next();
        return next == 0 ? Math.max(base, lane.dispatched) : next - 1;
    }

    @Override
    public void mark(TokenDraft draft) {
        WatchToken.Place place = awaited;
        Cursor here = lane.branch;
        if (place != null) {
            draft.place(lane.stream, place);
        } else if (here != null) {
            draft.place(lane.stream, WatchToken.Place.of(here, seen()));
        }
    }

    @Override
    public long lag() {
        return scan != null || awaited != null ? 0 : Math.max(0, lane.dispatched - seen());
    }

    @Override
    public void close() {
        SegmentScan open = scan;
        scan = null;
        if (open != null) {
            open.close();
        }
    }
}
