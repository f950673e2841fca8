package io.nexus.jmh;

import io.nexus.statemachine.allocator.SegmentEngine;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Deciding a batch of allocations for newcomers in a /8 pool; the store is empty and not written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ApplyBench {
    private static final int SEGMENT = 1;
    private static final byte[] NO_MAC = new byte[0];
    private static final long START_MILLIS = 1_790_000_000_000L;

    @Param({"1", "64", "512"})
    int commands;

    private SegmentEngine engine = new SegmentEngine(SEGMENT);
    private long seq;
    private long next;

    private static final class NoRows implements Rows {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return null;
        }

        @Override
        public void scan(byte[] prefix, RowVisitor visitor) {}

        @Override
        public void holdings(long subscriberHash, RowVisitor visitor) {}
    }

    /** An iteration must not last so long that 16 million addresses are not enough. */
    @Setup(Level.Iteration)
    public void open() {
        engine = new SegmentEngine(SEGMENT);
        engine.load(new NoRows(), null);
        seq = 0;
        PoolSpec spec = new PoolSpec(
                "bench",
                "default",
                AddressText.parsePrefix("10.0.0.0/8").get(),
                32,
                null,
                List.of(),
                List.of(),
                0,
                Map.of());
        apply(List.of(new Command.OpenPool(new PoolEntry(spec, 1, SEGMENT))));
    }

    private Applied apply(List<Command> batch) {
        List<Envelope> envelopes = new ArrayList<>(batch.size());
        for (Command command : batch) {
            envelopes.add(new Envelope(++next, command));
        }
        return engine.apply(new Batch(START_MILLIS + seq, envelopes), 1, ++seq);
    }

    @Benchmark
    public Applied allocate() {
        List<Command> batch = new ArrayList<>(commands);
        for (int i = 0; i < commands; i++) {
            batch.add(new Command.Allocate(1, Identity.of("subscriber-" + (next + i)), NO_MAC, null, null, 0));
        }
        return apply(batch);
    }
}
