package io.nexus.api.watch;

import io.nexus.api.feed.FeedListener;
import io.nexus.api.service.Holding;
import io.nexus.api.service.PoolDirectory;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.CommitListener;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The recent changes of all streams of this node, hosted and followed alike. A commit is told twice: by the store, with
 * the rows before, and as a step, when the pool directory has heard of it; readers see it then.
 *
 * <p>Threads: each stream's writer writes; any thread reads; never blocks.
 */
public final class WatchHub implements CommitListener, FeedListener {
    /** Changes of all streams that are kept as objects. */
    private static final int DECODED_MAX = 16_384;

    private final NodeStore store;
    private final PoolDirectory pools;
    private final List<ChangeRing> rings = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable Committed> committed;
    private final Deque<ChangeRing.Slot> decoded = new ArrayDeque<>();
    private int decodedChanges;
    private volatile Runnable wake = () -> {};

    private record Committed(Position after, List<RowUpdate> rows) {}

    /**
     * @param streams number of streams: the segments and the meta group
     * @param pools must hear of every step before this does
     * @param windowBytes for the recent steps of all streams together
     */
    public WatchHub(int streams, NodeStore store, PoolDirectory pools, long windowBytes) {
        this(streams, store, pools, windowBytes, ChangeRing.STEPS_MAX);
    }

    WatchHub(int streams, NodeStore store, PoolDirectory pools, long windowBytes, int ringSteps) {
        this.store = store;
        this.pools = pools;
        this.committed = new AtomicReferenceArray<>(streams);
        for (int i = 0; i < streams; i++) {
            rings.add(new ChangeRing(windowBytes / streams, ringSteps));
        }
    }

    /** Before the first commit. */
    public void start() {
        store.listen(this);
    }

    int streams() {
        return rings.size();
    }

    SegmentStore store(int stream) {
        return store.segment(stream);
    }

    PoolDirectory pools() {
        return pools;
    }

    /** The ring of a stream; its head is null as long as the stream has no position on this node. */
    ChangeRing ring(int stream) {
        ChangeRing ring = rings.get(stream);
        if (ring.view().head() == null) {
            Position here = store.segment(stream).position();
            if (here != null) {
                ring.open(Cursor.at(here));
            }
        }
        return ring;
    }

    /** @param reader is run after each change, on the writer's thread */
    void wake(Runnable reader) {
        wake = reader;
    }

    @Override
    public void onCommit(Position after, List<RowUpdate> updates) {
        List<RowUpdate> kept = new ArrayList<>();
        for (RowUpdate update : updates) {
            if (watchable(update)) {
                kept.add(update);
            }
        }
        committed.set(after.stream(), new Committed(after, kept));
    }

    /** What is only left of an allocation, a hold or a quarantine, is nothing to whoever watches allocations. */
    private static boolean watchable(RowUpdate update) {
        byte kind = RowKeys.kind(update.key());
        return kind == RowKeys.ENTRY
                || (kind == RowKeys.ALLOCATION && (isAllocation(update.before()) || isAllocation(update.after())));
    }

    private static boolean isAllocation(byte @Nullable [] value) {
        return value != null && UnitRow.isAllocation(value);
    }

    @Override
    public void onStep(Step step) {
        Committed known = committed.getAndSet(step.stream(), null);
        if (known != null && known.after.seq() == step.seq()) {
            rings.get(step.stream()).append(known.after, known.rows);
        } else {
            // Committed before this listened: whoever watches reads the segment anew.
            rings.get(step.stream()).reset(Cursor.at(step.after()));
        }
        wake.run();
    }

    @Override
    public void onInstalled(int segment) {
        Position position = store.segment(segment).position();
        if (position != null) {
            rings.get(segment).reset(Cursor.at(position));
            wake.run();
        }
    }

    /**
     * What a step changed. Throws a RuntimeException if a row cannot be read, or if its pool is not known. Serving thread
     * only.
     */
    List<WatchChange> decode(ChangeRing.Slot slot) {
        List<WatchChange> changes = slot.decoded;
        if (changes == null) {
            changes = new ArrayList<>(slot.rows().size());
            for (RowUpdate row : slot.rows()) {
                changes.add(change(row));
            }
            slot.decoded = changes;
            keep(slot, changes.size());
        }
        return changes;
    }

    /** What was decoded last is wanted by several watchers; what is older can be decoded again. */
    private void keep(ChangeRing.Slot slot, int changes) {
        decoded.addLast(slot);
        decodedChanges += changes;
        while (decodedChanges > DECODED_MAX && decoded.size() > 1) {
            ChangeRing.Slot oldest = decoded.removeFirst();
            List<WatchChange> dropped = oldest.decoded;
            oldest.decoded = null;
            decodedChanges -= dropped == null ? 0 : dropped.size();
        }
    }

    private WatchChange change(RowUpdate row) {
        byte[] before = row.before();
        byte[] after = row.after();
        if (RowKeys.kind(row.key()) == RowKeys.ENTRY) {
            return WatchChange.of(
                    after == null ? null : entry(after), after != null || before == null ? null : entry(before));
        }
        Watched.Held now = held(row.key(), after);
        Watched.Held past = held(row.key(), before);
        boolean same = now != null && past != null && sameHolding(now, past);
        return WatchChange.of(now, same ? null : past);
    }

    private static boolean sameHolding(Watched.Held a, Watched.Held b) {
        return a.holding().allocation().causalLength()
                == b.holding().allocation().causalLength();
    }

    static Watched.Configured entry(byte[] value) {
        return new Watched.Configured(PoolEntryCodec.decode(ByteBuffer.wrap(value)));
    }

    /** Null where nobody has the unit. */
    private Watched.@Nullable Held held(byte[] key, byte @Nullable [] value) {
        if (value == null || !UnitRow.isAllocation(value)) {
            return null;
        }
        int instance = RowKeys.instance(key);
        PoolEntry pool = pools.byInstance(instance);
        if (pool == null) {
            throw new IllegalStateException("an allocation of the unknown pool instance " + instance);
        }
        return held(pool, key, value);
    }

    static Watched.Held held(PoolEntry pool, byte[] key, byte[] value) {
        return new Watched.Held(new Holding(AllocationRow.decode(value).toAllocation(pool, RowKeys.unit(key)), pool));
    }
}
