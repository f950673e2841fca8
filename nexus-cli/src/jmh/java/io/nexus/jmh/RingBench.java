package io.nexus.jmh;

import io.nexus.api.ring.HashRing;
import io.nexus.api.ring.RingPlanner;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Building the ring, asking it, and planning who has a seat where. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RingBench {
    private static final long SEED = 42;
    private static final int SEGMENTS = 12;

    @Param({"3", "9"})
    int nodes;

    private List<String> ids = List.of();
    private HashRing ring = HashRing.of(SEED, 1, List.of("n"));
    private long at;

    @Setup
    public void build() {
        ids = IntStream.range(0, nodes)
                .mapToObj(i -> "6f9d8a54-0000-4000-8000-00000000000" + i)
                .toList();
        ring = HashRing.of(SEED, HashRing.VIRTUAL_NODES, ids);
    }

    @Benchmark
    public HashRing make() {
        return HashRing.of(SEED, HashRing.VIRTUAL_NODES, ids);
    }

    @Benchmark
    public List<String> clockwise() {
        return ring.clockwiseFrom(at += 0x9e37_79b9_7f4a_7c15L);
    }

    @Benchmark
    public List<List<String>> plan() {
        return RingPlanner.seats(ring, SEGMENTS, Math.min(RingPlanner.MEMBERS, nodes));
    }
}
