package io.nexus.api.service;

import io.nexus.api.feed.FeedListener;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.allocator.SegmentEngine;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The log of one group without Raft: what is applied here is decided by the real engine. */
public final class TestLog {
    private final SegmentStore store;
    private final FeedListener listener;
    private final Position genesis;
    private final @Nullable SegmentEngine engine;
    private long commandId = 1;
    private long clockMillis = 1_000_000;

    public TestLog(int segment, NodeStore store, FeedListener listener) {
        this.store = store.segment(segment);
        this.listener = listener;
        this.genesis = Position.start(segment, 1, 7);
        this.engine = segment == 0 ? null : new SegmentEngine(segment);
        if (engine != null) {
            engine.load(this.store, null);
        }
    }

    public static PoolEntry pool(String id, String cidr, int instance, int segment) {
        return pool(id, cidr, cidr.contains(":") ? 56 : 32, instance, segment);
    }

    public static PoolEntry pool(String id, String cidr, int unitLength, int instance, int segment) {
        PoolSpec spec = new PoolSpec(id, "default", prefix(cidr), unitLength, null, List.of(), List.of(), 0, Map.of());
        return new PoolEntry(spec, instance, segment);
    }

    public static Prefix prefix(String text) {
        return AddressText.parsePrefix(text).get();
    }

    /* --------------- segments --------------- */

    public Step open(PoolEntry pool) {
        return apply(new Command.OpenPool(pool));
    }

    public Step seal(PoolEntry pool) {
        return apply(new Command.SealPool(pool.instance()));
    }

    public Step allocate(PoolEntry pool, String subscriber) {
        return apply(new Command.Allocate(pool.instance(), Identity.of(subscriber), new byte[0], null, null, 0));
    }

    public Step release(PoolEntry pool, String subscriber) {
        return apply(new Command.Release(pool.instance(), Identity.of(subscriber), null));
    }

    /** What the last command gave. */
    public Allocation given() {
        return ((Outcome.Accepted) last).allocations().get(0);
    }

    private Outcome last = Outcome.Accepted.UNCHANGED;

    private Step apply(Command command) {
        SegmentEngine deciding = java.util.Objects.requireNonNull(engine);
        Position now = now();
        clockMillis += 1_000;
        Batch batch = new Batch(clockMillis, List.of(new Envelope(commandId++, command)));
        Applied applied = deciding.apply(batch, now.incarnation(), now.seq() + 1);
        last = applied.outcomes().get(0);
        if (!(last instanceof Outcome.Accepted)) {
            throw new IllegalStateException(last.toString());
        }
        return commit(applied.updates());
    }

    /* --------------- meta group --------------- */

    public Step enter(PoolEntry pool) {
        byte[] key = RowKeys.entry(pool.instance());
        return commit(List.of(new RowUpdate(key, store.get(key), PoolEntryCodec.encode(pool))));
    }

    public Step remove(PoolEntry pool) {
        byte[] key = RowKeys.entry(pool.instance());
        return commit(List.of(new RowUpdate(key, store.get(key), null)));
    }

    private Step commit(List<RowUpdate> updates) {
        Position now = now();
        Position next = new Position(
                now.stream(),
                now.incarnation(),
                now.nonce(),
                now.seq() + 1,
                1,
                now.index() + 1,
                clockMillis,
                now.digest(),
                now.live());
        Position stored = store.commit(next, updates);
        Step step = new Step(
                stored,
                updates.stream()
                        .map(update -> new RowChange(update.key(), update.after()))
                        .toList());
        listener.onStep(step);
        return step;
    }

    private Position now() {
        Position stored = store.position();
        return stored == null ? genesis : stored;
    }
}
