package io.nexus.api.watch;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.feed.FeedListener;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.metrics.Meters;
import io.nexus.api.service.StorePoolDirectory;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.rows.PoolRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A node as far as watches see it: a store, the pools, and who is told of the steps. */
final class WatchNode implements AutoCloseable {
    static final int SEGMENTS = 2;
    static final int NONCE = 7;

    final InMemoryNodeStore store = new InMemoryNodeStore(new NexusIndexRule());
    final StorePoolDirectory pools = new StorePoolDirectory(store, SEGMENTS);
    final WatchHub hub;
    final Watches watches;
    final FeedListener listener;
    final Meters meters = new Meters();

    WatchNode(int ringSteps, int watchersMax, List<Subtree> plugged) {
        for (int stream = 0; stream <= SEGMENTS; stream++) {
            store.segment(stream).commit(Position.start(stream, 1, NONCE), List.of());
        }
        hub = new WatchHub(SEGMENTS + 1, store, pools, 1 << 20, ringSteps);
        hub.start();
        listener = FeedListener.all(List.of(pools, hub));
        watches = new Watches(new Watches.Sources(hub, new View(), plugged), watchersMax, meters);
        watches.start(segment -> true);
    }

    long seq(int stream) {
        return Objects.requireNonNull(store.segment(stream).position()).seq();
    }

    void copy(Step step) {
        store.segment(step.stream()).commitStep(step);
        listener.onStep(step);
    }

    /** Replaces a segment by what another node has. */
    void install(int stream, WatchNode from) {
        SegmentStore.StoreSnapshot source =
                Objects.requireNonNull(from.store.segment(stream).snapshot());
        try (source;
                SegmentStore.Install install = store.segment(stream).install()) {
            source.scan(new byte[0], install::put);
            install.finish(source.position());
        }
        listener.onInstalled(stream);
    }

    /** What a watcher of these should have. */
    Map<String, String> state(WatchFilter filter) {
        Map<String, String> state = new TreeMap<>();
        store.segment(0).scan(RowKeys.allOf(RowKeys.ENTRY), (key, value) -> put(state, filter, WatchHub.entry(value)));
        for (int segment = 1; segment <= SEGMENTS; segment++) {
            Map<Integer, PoolEntry> known = new HashMap<>();
            store.segment(segment).scan(RowKeys.allOf(RowKeys.POOL), (key, value) -> {
                PoolEntry pool = PoolRow.decode(value).entry();
                known.put(pool.instance(), pool);
            });
            store.segment(segment).scan(RowKeys.allOf(RowKeys.ALLOCATION), (key, value) -> {
                PoolEntry pool = Objects.requireNonNull(known.get(RowKeys.instance(key)));
                if (UnitRow.isAllocation(value)) {
                    put(state, filter, WatchHub.held(pool, key, value));
                }
            });
        }
        return state;
    }

    private static void put(Map<String, String> state, WatchFilter filter, Watched value) {
        if (filter.wants(value)) {
            state.put(value.key(), WatchClient.text(value));
        }
    }

    @Override
    public void close() {
        watches.close();
    }

    static final class View implements ClusterView {
        @Override
        public String selfId() {
            return "node";
        }

        @Override
        public ClusterPlan plan() {
            return new ClusterPlan(
                    1, "cluster", List.of(), SEGMENTS, 0, 1, 150, List.of(List.of(), List.of(), List.of()));
        }

        @Override
        public Liveness liveness(String nodeId) {
            return new Liveness(State.UP, 0);
        }

        @Override
        public long stalenessMillis(int segment) {
            return 5;
        }
    }
}
