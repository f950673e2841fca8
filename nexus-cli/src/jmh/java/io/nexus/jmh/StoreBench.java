package io.nexus.jmh;

import io.nexus.crdt.Position;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.SubscriberHash;
import io.nexus.statemachine.storage.RocksNodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import io.nexus.statemachine.storage.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Writing a step of 64 allocations, and reading one by its address and by its subscriber among 200,000. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreBench {
    private static final int ROWS = 64;
    private static final int PREPARED_STEPS = 200_000 / ROWS;
    private static final long START_MILLIS = 1_790_000_000_000L;

    private @Nullable Path dir;
    private @Nullable RocksNodeStore store;
    private @Nullable SegmentStore segment;
    private Position position = Position.start(1, 1, 7);

    @Setup(Level.Trial)
    public void open() throws IOException {
        dir = Files.createTempDirectory("nexus-jmh");
        store = RocksNodeStore.open(dir.resolve("store"), new NexusIndexRule(), StoreOptions.DEFAULT);
        segment = store.segment(1);
        for (int i = 0; i < PREPARED_STEPS; i++) {
            commitStep();
        }
        store.flush();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
        try (Stream<Path> tree = Files.walk(dir)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String name(long unit) {
        return "subscriber-" + unit;
    }

    private Position commitStep() {
        long seq = position.seq() + 1;
        List<RowUpdate> updates = new ArrayList<>(ROWS);
        for (int i = 0; i < ROWS; i++) {
            long unit = (position.seq() * ROWS + i) & 0xffff_ffffL;
            byte[] row = new AllocationRow(
                            AllocType.PERMANENT,
                            1,
                            1,
                            seq,
                            unit,
                            Identity.of(name(unit)),
                            new byte[0],
                            START_MILLIS,
                            START_MILLIS,
                            0)
                    .encode();
            updates.add(new RowUpdate(RowKeys.allocation(1, unit), null, row));
        }
        Position after = new Position(1, 1, 7, seq, 1, seq, START_MILLIS, position.digest(), position.live());
        position = segment.commit(after, updates);
        return position;
    }

    @Benchmark
    public Position writeStepOf64() {
        return commitStep();
    }

    @Benchmark
    public byte @Nullable [] readByAddress() {
        long unit = ThreadLocalRandom.current().nextInt(PREPARED_STEPS * ROWS);
        return segment.get(RowKeys.allocation(1, unit));
    }

    @Benchmark
    public void readBySubscriber(Blackhole hole) {
        long unit = ThreadLocalRandom.current().nextInt(PREPARED_STEPS * ROWS);
        segment.holdings(SubscriberHash.of(name(unit)), (key, value) -> hole.consume(value));
    }
}
