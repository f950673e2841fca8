package io.nexus.statemachine.ratis;

import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;

/**
 * From a log entry to a step: asks the engine, commits what it says, tells the listener. Knows nothing of Ratis.
 * Single-threaded.
 */
final class LogApplier {
    private final SegmentStore store;
    private final Position genesis;
    private final Engine engine;
    private final StepListener steps;
    private boolean loaded;

    /** @param genesis position of the stream before its first entry, the same on all members */
    LogApplier(SegmentStore store, Position genesis, Engine engine, StepListener steps) {
        Invariant.check(genesis.stream() == store.segment(), "%s for segment %s", genesis, store.segment());
        this.store = store;
        this.genesis = genesis;
        this.engine = engine;
        this.steps = steps;
    }

    Position position() {
        Position stored = store.position();
        return stored == null ? genesis : stored;
    }

    /** The rows were replaced: the engine has to be loaded again before the next entry. */
    void invalidate() {
        loaded = false;
    }

    void ensureLoaded() {
        if (!loaded) {
            engine.load(store, store.position());
            loaded = true;
        }
    }

    BatchMessage.Result apply(long term, long index, Batch batch) {
        ensureLoaded();
        Position before = position();
        Applied applied = engine.apply(batch, before.incarnation(), before.seq() + 1);
        Invariant.check(
                applied.outcomes().size() == batch.commands().size(),
                "%s outcomes for %s commands",
                applied.outcomes().size(),
                batch.commands().size());
        if (applied.updates().isEmpty()) {
            advance(term, index, applied.clockMillis());
        } else {
            commit(next(before, term, index, applied.clockMillis()), applied.updates());
        }
        return new BatchMessage.Result(applied.outcomes(), position().token());
    }

    /** An entry that is none of the engine's. */
    void skip(long term, long index) {
        advance(term, index, position().clockMillis());
    }

    private void advance(long term, long index, long clockMillis) {
        if (store.position() == null) {
            store.commit(genesis.atLog(term, index, clockMillis), List.of());
        } else {
            store.advance(term, index, clockMillis);
        }
    }

    private void commit(Position after, List<RowUpdate> updates) {
        Position stored = store.commit(after, updates);
        List<RowChange> changes = new ArrayList<>(updates.size());
        for (RowUpdate update : updates) {
            changes.add(new RowChange(update.key(), update.after()));
        }
        steps.onStep(new Step(stored, changes));
    }

    private static Position next(Position p, long term, long index, long clockMillis) {
        return new Position(
                p.stream(), p.incarnation(), p.nonce(), p.seq() + 1, term, index, clockMillis, p.digest(), p.live());
    }
}
