package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes a new generation of a segment's rows beside the current one. Single-threaded. */
final class RocksInstall implements SegmentStore.Install {
    private static final long BATCH_BYTES = 256 << 10;

    private final RocksSegmentStore segment;
    private final RocksNodeStore node;
    private final RocksColumns columns;
    private final int prefix;
    private final Tally tally;
    private final RowBatch batch;
    private byte @Nullable [] last;
    private boolean open = true;
    private boolean finished;

    RocksInstall(RocksSegmentStore segment, RocksNodeStore node, int prefix) {
        this.segment = segment;
        this.node = node;
        this.columns = node.columns();
        this.prefix = prefix;
        this.tally = new Tally(node.rule(), null);
        this.batch = new RowBatch(columns, prefix, tally);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        check();
        byte[] before = last;
        if (before != null && Arrays.compareUnsigned(before, key) >= 0) {
            throw new IllegalArgumentException("rows come out of order");
        }
        last = key;
        columns.enter();
        try {
            batch.change(key, null, value);
            if (batch.bytes() >= BATCH_BYTES) {
                batch.write();
            }
        } finally {
            columns.leave();
        }
    }

    @Override
    public void finish(Position position) {
        check();
        Position here = Succession.checkInstall(segment.segment(), segment.position(), position);
        StoredPosition fresh = new StoredPosition(prefix & 0xffff, tally.verify(here));
        columns.enter();
        try {
            batch.position(fresh);
            batch.write();
            node.flush();
            int old = node.swap(segment, fresh);
            finished = true;
            node.sweep(old);
        } finally {
            columns.leave();
        }
    }

    private void check() {
        if (!open || finished) {
            throw new IllegalStateException("the install is over");
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        batch.close();
        try {
            // If the store was closed first, the rows are swept when it is opened again.
            if (!finished && columns.tryEnter()) {
                try {
                    node.sweep(prefix);
                } finally {
                    columns.leave();
                }
            }
        } finally {
            segment.installEnded();
        }
    }
}
