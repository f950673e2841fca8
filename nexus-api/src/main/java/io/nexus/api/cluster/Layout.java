package io.nexus.api.cluster;

import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.catalogue.CatalogueKeys;
import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.ratis.StepListener;
import io.nexus.statemachine.storage.SegmentStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's current plan: from {@code node.json} at first, then from the meta group's stream, from which every node
 * learns it. Only ever moves to higher versions.
 *
 * <p>Threads: reading from any thread; {@link #onStep} on the writer's; listeners and the disk on the executor given.
 */
public final class Layout implements StepListener {
    private static final Logger log = LoggerFactory.getLogger(Layout.class);
    private static final byte[] PLAN_KEY = CatalogueKeys.plan();
    private static final int META = 0;

    private final NodeIdentity identity;
    private final SegmentStore metaStore;
    private final Executor disk;
    private final List<Consumer<ClusterPlan>> listeners = new CopyOnWriteArrayList<>();
    private volatile ClusterPlan current;
    private volatile boolean recorded;
    private @Nullable Position readAt;

    /**
     * @param identity of a node whose plan is in force
     * @param metaStore of segment 0
     * @param disk runs one task at a time; may block
     */
    public Layout(NodeIdentity identity, SegmentStore metaStore, Executor disk) {
        this.identity = identity;
        this.metaStore = metaStore;
        this.disk = disk;
        this.current = identity.requirePlan();
    }

    public ClusterPlan current() {
        return current;
    }

    /** True once the plan was found in the meta group's state, that is, once the cluster's founding is on record. */
    public boolean recorded() {
        return recorded;
    }

    /** Hears of every newer plan, after it became the current one. A listener must not throw. */
    public void listen(Consumer<ClusterPlan> listener) {
        listeners.add(listener);
    }

    /**
     * Reads the plan's row if the store changed since the last look: an installed segment brings no steps. Blocks on
     * disk; called on the disk executor.
     */
    void refresh() {
        Position position = metaStore.position();
        if (position == null || position.equals(readAt)) {
            return;
        }
        readAt = position;
        byte[] row = metaStore.get(PLAN_KEY);
        if (row != null) {
            learn(row);
        }
    }

    @Override
    public void onStep(Step step) {
        if (step.stream() != META) {
            return;
        }
        for (RowChange change : step.changes()) {
            byte[] row = change.value();
            if (row != null && Arrays.equals(change.key(), PLAN_KEY)) {
                learn(row);
            }
        }
    }

    private void learn(byte[] row) {
        ClusterPlan plan = PlanCodec.decode(ByteBuffer.wrap(row));
        boolean newer;
        synchronized (this) {
            newer = plan.version() > current.version();
            current = newer ? plan : current;
        }
        recorded = true;
        if (newer) {
            disk.execute(() -> changed(plan));
        }
    }

    private void changed(ClusterPlan plan) {
        log.atInfo()
                .addKeyValue("version", plan.version())
                .addKeyValue("nodes", plan.nodes().size())
                .log("the cluster's plan changed");
        identity.keep(plan);
        listeners.forEach(listener -> listener.accept(plan));
    }
}
