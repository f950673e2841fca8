package io.nexus.api.node;

import io.grpc.BindableService;
import io.nexus.api.grpc.AllocationEndpoint;
import io.nexus.api.grpc.ClusterEndpoint;
import io.nexus.api.grpc.GrpcServer;
import io.nexus.api.grpc.HistoryEndpoint;
import io.nexus.api.grpc.KeyspaceEndpoint;
import io.nexus.api.grpc.PoolEndpoint;
import io.nexus.api.grpc.RecordEndpoint;
import io.nexus.api.grpc.WatchEndpoint;
import io.nexus.api.http.HttpServer;
import io.nexus.api.http.JsonValues;
import io.nexus.api.keyspace.AllocationsSubtree;
import io.nexus.api.keyspace.ClusterSubtrees;
import io.nexus.api.keyspace.Keyspace;
import io.nexus.api.keyspace.PoolsSubtree;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.ClusterGauges;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.CommandIds;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.LookupThreads;
import io.nexus.api.service.PoolFinder;
import io.nexus.api.service.PoolService;
import io.nexus.api.service.Readiness;
import io.nexus.api.service.RecordService;
import io.nexus.api.watch.Watches;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The public faces of the node with the services behind them: gRPC and HTTP on the same objects. */
final class Endpoints implements AutoCloseable {
    private static final int RECORD_THREADS = 2;

    private final LookupThreads recordThreads = new LookupThreads(RECORD_THREADS);
    /** Whoever reads the key space may take longer than a lookup: he has threads of his own. */
    private static final int KEYSPACE_THREADS = 2;

    private final GrpcServer grpc;
    private final HttpServer http;
    private final Watches watches;
    private final LookupThreads keyspaceThreads = new LookupThreads(KEYSPACE_THREADS);

    Endpoints(NodeBase base, LatePorts ports, Readiness readiness, String version) {
        CommandIds ids = new CommandIds();
        PoolFinder finder = new PoolFinder(base.pools(), ports.router(), ids, System::nanoTime);
        LookupService lookups =
                new LookupService(ports.lookups(), base.pools(), base.identity().nodeId());
        AllocationService allocations =
                new AllocationService(finder, ports.router(), ids, ports.lookups(), base.meters());
        PoolService pools = new PoolService(base.pools(), finder, ports.router(), ids, ports.groups());
        ClusterService cluster = new ClusterService(
                new ClusterService.Sources(
                        ports.cluster(), ports.groups(), base.store(), base.pools(), readiness, ports.copies()),
                version,
                System::nanoTime);
        RecordService records = new RecordService(base.records(), recordThreads, ports::isOpen);
        ClusterGauges.register(base.meters(), cluster, base.pools(), base.store());
        Keyspace keyspace = new Keyspace(
                subtrees(base, cluster),
                new Keyspace.Sources(base.store(), ports.cluster(), ports.groups()),
                keyspaceThreads);
        List<BindableService> services = List.of(
                new AllocationEndpoint(allocations, lookups),
                new HistoryEndpoint(lookups),
                new PoolEndpoint(pools, lookups),
                new ClusterEndpoint(cluster),
                new RecordEndpoint(records),
                new KeyspaceEndpoint(keyspace),
                new WatchEndpoint(base.watches()));
        this.watches = base.watches();
        this.grpc = new GrpcServer(base.setup().grpc(), services, base.meters());
        this.http = new HttpServer(
                base.setup().http(),
                new HttpServer.Services(allocations, lookups, pools, cluster, records, keyspace, base.watches()),
                base.meters());
    }

    private static List<Subtree> subtrees(NodeBase base, ClusterService cluster) {
        JsonValues values = new JsonValues();
        List<Subtree> subtrees = new ArrayList<>(List.of(
                new PoolsSubtree(base.store(), base.pools(), values),
                new AllocationsSubtree(
                        base.store(), base.pools(), values, base.setup().segments()),
                ClusterSubtrees.peers(cluster, InstantSource.system()),
                ClusterSubtrees.hashring(cluster)));
        subtrees.addAll(base.plugged());
        return subtrees;
    }

    void start() throws IOException {
        grpc.start();
        try {
            http.start();
        } catch (RuntimeException e) {
            throw new IOException("cannot listen for HTTP on " + e.getMessage(), e);
        }
    }

    /** Lookups are answered from now on. */
    void serving() {
        grpc.serving();
    }

    /** No new calls; those under way go on, but for watches, which would never end. */
    void drain() {
        watches.drain();
        grpc.drain();
    }

    @Override
    public void close() {
        grpc.close();
        http.close();
        recordThreads.close();
        keyspaceThreads.close();
    }
}
