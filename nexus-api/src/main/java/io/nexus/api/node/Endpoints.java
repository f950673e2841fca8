package io.nexus.api.node;

import io.grpc.BindableService;
import io.nexus.api.grpc.AllocationEndpoint;
import io.nexus.api.grpc.ClusterEndpoint;
import io.nexus.api.grpc.GrpcServer;
import io.nexus.api.grpc.HistoryEndpoint;
import io.nexus.api.grpc.PoolEndpoint;
import io.nexus.api.http.HttpServer;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.ClusterGauges;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.CommandIds;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.PoolFinder;
import io.nexus.api.service.PoolService;
import io.nexus.api.service.Readiness;
import java.io.IOException;
import java.util.List;

/** The public faces of the node with the services behind them: gRPC and HTTP on the same objects. */
final class Endpoints implements AutoCloseable {
    private final GrpcServer grpc;
    private final HttpServer http;

    Endpoints(NodeBase base, LatePorts ports, Readiness readiness, String version) {
        CommandIds ids = new CommandIds();
        PoolFinder finder = new PoolFinder(base.pools(), ports.router(), ids, System::nanoTime);
        LookupService lookups =
                new LookupService(ports.lookups(), base.pools(), base.identity().nodeId());
        AllocationService allocations =
                new AllocationService(finder, ports.router(), ids, ports.lookups(), base.meters());
        PoolService pools = new PoolService(base.pools(), finder, ports.router(), ids, ports.groups());
        ClusterService cluster = new ClusterService(
                new ClusterService.Sources(ports.cluster(), ports.groups(), base.store(), base.pools(), readiness),
                version,
                System::nanoTime);
        ClusterGauges.register(base.meters(), cluster, base.pools(), base.store());
        List<BindableService> services = List.of(
                new AllocationEndpoint(allocations, lookups),
                new HistoryEndpoint(lookups),
                new PoolEndpoint(pools, lookups),
                new ClusterEndpoint(cluster));
        this.grpc = new GrpcServer(base.setup().grpc(), services, base.meters());
        this.http = new HttpServer(
                base.setup().http(), new HttpServer.Services(allocations, lookups, pools, cluster), base.meters());
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

    /** No new calls; those under way go on. */
    void drain() {
        grpc.drain();
    }

    @Override
    public void close() {
        grpc.close();
        http.close();
    }
}
