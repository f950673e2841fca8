package io.nexus.api.consensus.machine;

import io.nexus.crdt.Position;
import io.nexus.statemachine.ratis.SegmentSource;
import io.nexus.statemachine.storage.SegmentStore;
import io.nexus.statemachine.storage.SegmentStore.Install;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Copies a segment from any node that runs and is far enough, in key order; the test may interfere at each row. */
final class Pulls implements SegmentSource {
    private final MachineCluster cluster;
    private final String puller;
    /** Node ids of sources that a copy was begun from, and "done" after each that was finished. */
    final List<String> log = new CopyOnWriteArrayList<>();

    volatile Interference interference = (source, row) -> {};

    Pulls(MachineCluster cluster, String puller) {
        this.cluster = cluster;
        this.puller = puller;
    }

    @Override
    public void pull(int segment, long minLogIndex, SegmentStore into) throws Exception {
        Exception last = new IOException("no node has segment " + segment + " at " + minLogIndex);
        for (MachineNode source : cluster.nodes()) {
            Position position = source.runs() ? source.store().segment(segment).position() : null;
            if (source.id().equals(puller) || position == null || position.index() < minLogIndex) {
                continue;
            }
            try (StoreSnapshot rows = source.store().segment(segment).snapshot()) {
                log.add(source.id());
                copy(source.id(), rows, into);
                log.add("done");
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private void copy(String source, @Nullable StoreSnapshot rows, SegmentStore into) throws Exception {
        if (rows == null) {
            throw new IOException("no snapshot");
        }
        Exception[] failed = new Exception[1];
        int[] row = {0};
        try (Install install = into.install()) {
            rows.scan(new byte[0], (key, value) -> {
                try {
                    if (failed[0] == null) {
                        interference.row(source, row[0]++);
                        install.put(key, value);
                    }
                } catch (Exception e) {
                    failed[0] = e;
                }
            });
            if (failed[0] != null) {
                throw failed[0];
            }
            install.finish(rows.position());
        }
    }

    @FunctionalInterface
    interface Interference {
        void row(String source, int row) throws Exception;
    }
}
