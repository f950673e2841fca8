package io.nexus.api.records;

import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.Hlc;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.RecordStore;
import io.nexus.crdt.records.Revision;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store as the replica writes it: what was committed is counted, logged and told. */
final class WatchedStore implements RecordStore {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedStore.class);

    private final RecordStore store;
    private final RecordMetrics metrics;
    private final RecordListener listener;

    WatchedStore(RecordStore store, RecordMetrics metrics, RecordListener listener) {
        this.store = store;
        this.metrics = metrics;
        this.listener = listener;
    }

    @Override
    public void commit(RecordBatch batch, boolean durable) {
        store.commit(batch, durable);
        metrics.conflicts(batch.conflicts().size());
        batch.conflicts().forEach(WatchedStore::log);
        listener.changed(batch);
    }

    /** One line for each: conflicts are rare, and somebody's work was overwritten. */
    private static void log(Conflict conflict) {
        Revision loser = conflict.loser();
        LOG.atInfo()
                .addKeyValue("record", loser.key())
                .addKeyValue("kept", Hlc.millis(conflict.winnerHlc()))
                .addKeyValue("kept_from", conflict.winner().origin().node())
                .addKeyValue("lost", Hlc.millis(loser.hlc()))
                .addKeyValue("lost_from", loser.dot().origin().node())
                .log("a record was written on two nodes at once; see: nexus conflicts");
    }

    @Override
    public RecordState state() {
        return store.state();
    }

    @Override
    public @Nullable Revision get(String key) {
        return store.get(key);
    }

    @Override
    public List<Revision> range(String after, @Nullable String before, int max) {
        return store.range(after, before, max);
    }

    @Override
    public List<Revision> tombstones(String after, int max) {
        return store.tombstones(after, max);
    }

    @Override
    public RecordSnapshot snapshot() {
        return store.snapshot();
    }
}
