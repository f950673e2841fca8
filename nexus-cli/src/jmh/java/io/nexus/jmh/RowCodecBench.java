package io.nexus.jmh;

import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.rows.AllocationRow;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The row of one allocation to bytes and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowCodecBench {
    private static final long START_MILLIS = 1_790_000_000_000L;

    private final AllocationRow row = new AllocationRow(
            AllocType.SESSION,
            3,
            1,
            1_234_567,
            0x1234_5678_9abc_def0L,
            Identity.of("olt-04/1/3/12"),
            new byte[] {2, 0, 0, 1, 2, 3},
            START_MILLIS,
            START_MILLIS + 1_000,
            START_MILLIS + 3_600_000);
    private final byte[] bytes = row.encode();

    @Benchmark
    public byte[] encode() {
        return row.encode();
    }

    @Benchmark
    public AllocationRow decode() {
        return AllocationRow.decode(bytes);
    }
}
