package io.nexus.cli.bench.rivals;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.Version;
import io.nexus.cli.bench.OwnCluster;
import io.nexus.cli.bench.fleet.BenchPools;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.verify.PoolBook;
import io.nexus.cli.bench.verify.Verdict;
import io.nexus.cli.bench.workload.SingleCalls;
import java.nio.file.Path;
import java.time.Duration;

/** Nexus itself: three nodes with one pool, asked in turn, every answer checked. */
public final class NexusSystem implements Rival {
    private static final int NODES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final OwnCluster cluster;
    private final Fleet fleet;
    private final Verdict verdict = new Verdict();
    private final SingleCalls calls;
    private final Holders holders;

    public NexusSystem(Path launcher, Path dir, int basePort, int addresses, int connections) {
        this.holders = new Holders(addresses);
        this.cluster = OwnCluster.start(NODES, dir, basePort, launcher, false);
        try {
            this.fleet = Fleet.open(cluster.servers(), connections, TIMEOUT);
            BenchPools pools = new BenchPools(fleet, verdict);
            PoolBook book = pools.create(1, addresses, addresses).get(0);
            this.calls = new SingleCalls(book, fleet.target("any", pools));
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    @Override
    public String version() {
        return "Nexus " + Version.number();
    }

    @Override
    public String durability() {
        return "3 copies, fsync";
    }

    @Override
    public Job allocate() {
        return holders.allocate(calls::allocate);
    }

    @Override
    public Job lookup() {
        return holders.lookup(calls::lookup);
    }

    @Override
    public double cpuSeconds() {
        return cluster.cpuSeconds();
    }

    /** Ends the cluster. Fails if one of its answers broke a promise. */
    @Override
    public void close() {
        fleet.close();
        cluster.close();
        if (verdict.violations() > 0) {
            throw new CommandFailure(ExitCode.FAILED, verdict + ": " + verdict.first());
        }
    }
}
