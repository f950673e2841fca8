package io.nexus.api.feed;

import io.nexus.crdt.Branches;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.Digest;
import io.nexus.crdt.FeedRing;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Verdict;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.Recount;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of this node, hosted and followed alike, as others may read them: fed by every step that was committed
 * here, read by cursor. Thread-safe; nothing blocks but the catch-up's snapshot.
 */
public final class FeedHub implements FeedListener {
    private static final Logger LOG = LoggerFactory.getLogger(FeedHub.class);
    /** For the recent steps of all streams together. */
    private static final long WINDOW_BYTES = 64L << 20;

    private final NodeStore store;
    private final FeedMetrics metrics;
    private final List<Outlet> outlets = new ArrayList<>();
    private volatile WrongCopies wrongCopies = segment -> {};

    /** @param streams number of streams: the segments and the meta group */
    public FeedHub(int streams, NodeStore store, FeedMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        for (int i = 0; i < streams; i++) {
            outlets.add(new Outlet(Math.min(FeedRing.DEFAULT_BYTES, WINDOW_BYTES / streams)));
        }
    }

    /** Registers the gauge of what the store holds. */
    public void start() {
        metrics.entries(this::allocations);
    }

    public int streams() {
        return outlets.size();
    }

    /** From then on somebody hears of copies that turn out to be wrong. */
    public void onWrong(WrongCopies listener) {
        wrongCopies = listener;
    }

    /** A recount did not give what the position says. */
    void foundWrong(Recount found) {
        LOG.atError()
                .addKeyValue("stream", found.position().stream())
                .addKeyValue("position", found.position())
                .addKeyValue("digest", found.digest().hex())
                .addKeyValue("live", found.live())
                .log("the rows of this copy are not what its position says");
        foundWrong(found.position().stream());
    }

    /** The copy is not what it should be: it is not served, and whoever mends it hears of it. */
    void foundWrong(int segment) {
        wrongCopies.foundWrong(segment);
    }

    /** The digest of this node's copy when it was there; null if it was not, or too long ago. */
    @Nullable
    Digest digestAt(int stream, int incarnation, long seq) {
        Digest now = DigestComparison.digestOf(store.segment(stream).position(), incarnation, seq);
        return now != null ? now : outlets.get(stream).digestAt(incarnation, seq);
    }

    @Override
    public void onStep(Step step) {
        Branches table = BranchesRow.in(step);
        if (table != null) {
            outlets.get(step.stream()).ring.forked(table);
        }
        outlets.get(step.stream()).append(step, System.nanoTime());
    }

    @Override
    public void onInstalled(int segment) {
        Position position = store.segment(segment).position();
        if (position != null) {
            outlets.get(segment).ring.forked(BranchesRow.of(store.segment(segment)));
            outlets.get(segment).reset(Cursor.at(position));
        }
    }

    @Override
    public void onSuspect(int segment) {
        outlets.get(segment).distrust();
    }

    @Override
    public void onUpstream(int segment, List<String> via) {
        outlets.get(segment).via = List.copyOf(via);
    }

    /** The nodes through which this node gets the stream's steps; empty where its own log makes them. */
    List<String> via(int stream) {
        return outlets.get(stream).via;
    }

    /** What follows the cursor; NOT_HERE for an unknown stream and for a copy that this node does not trust. */
    FeedRing.Window read(Cursor after, int bytesLimit) {
        if (!has(after.stream())) {
            return new FeedRing.Window(Verdict.NOT_HERE, List.of(), after);
        }
        Outlet outlet = outlets.get(after.stream());
        if (outlet.suspect()) {
            return new FeedRing.Window(Verdict.NOT_HERE, List.of(), after);
        }
        if (outlet.ring.head() == null) {
            Position here = store.segment(after.stream()).position();
            if (here != null) {
                outlet.ring.forked(BranchesRow.of(store.segment(after.stream())));
                outlet.ring.open(Cursor.at(here));
            }
        }
        return outlet.ring.read(after, bytesLimit);
    }

    /** Rows to copy, closed by the caller; null if this node has none that it would vouch for. */
    SegmentStore.@Nullable StoreSnapshot snapshot(int stream) {
        if (!has(stream) || outlets.get(stream).suspect()) {
            return null;
        }
        return store.segment(stream).snapshot();
    }

    void addWake(int stream, Runnable wake) {
        if (has(stream)) {
            outlets.get(stream).addWake(wake);
        }
    }

    void removeWake(int stream, Runnable wake) {
        if (has(stream)) {
            outlets.get(stream).removeWake(wake);
        }
    }

    /** A follower too many was sent to another node. */
    void redirected() {
        metrics.redirected();
    }

    /** A follower has applied the steps after {@code fromSeq} up to {@code toSeq}. */
    void acknowledged(int stream, long fromSeq, long toSeq, long nowNanos) {
        Outlet outlet = outlets.get(stream);
        for (long seq = Math.max(fromSeq, toSeq - Outlet.TIMES) + 1; seq <= toSeq; seq++) {
            outlet.committedNanos(seq).ifPresent(committed -> metrics.acknowledged(nowNanos - committed));
        }
    }

    private boolean has(int stream) {
        return stream >= 0 && stream < outlets.size();
    }

    private long allocations() {
        long live = 0;
        for (int stream = 0; stream < outlets.size(); stream++) {
            Position position = store.segment(stream).position();
            live += position == null ? 0 : position.live();
        }
        return live;
    }
}
