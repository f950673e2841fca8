package io.nexus.api.cluster;

import io.grpc.BindableService;
import io.nexus.statemachine.model.ClusterPlan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How this node gets into its cluster, and the service by which others do: the first part of this package to start,
 * before the node knows any plan. The peer port must serve {@link #service} when {@link #start} is called.
 */
public final class Entrance implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final GrpcFoundingWire wire;
    private final Founding founding;
    private final ClusterPeerEndpoint endpoint;

    public Entrance(NodeIdentity identity, FoundingTerms terms, ClusterThreads threads) {
        this(identity, terms, threads, INTERVAL);
    }

    Entrance(NodeIdentity identity, FoundingTerms terms, ClusterThreads threads, Duration interval) {
        this.wire = new GrpcFoundingWire(new PeerDialer("", identity.nodeId()));
        this.founding = new Founding(identity, terms, wire, threads.disk(), interval);
        this.endpoint = new ClusterPeerEndpoint(founding.answers());
    }

    public BindableService service() {
        return endpoint;
    }

    /** Founds a cluster, takes lost seats, or remembers the plan of the last run. */
    public void start() {
        founding.start();
    }

    /**
     * Completes with the plan when it is in force, on this package's disk thread: do not block there. Exceptionally if
     * the disk fails: the node must stop then.
     */
    public CompletableFuture<ClusterPlan> inForce() {
        return founding.inForce();
    }

    /** Why this node is in no cluster yet, in sentences for the operator; empty when it is. */
    public List<String> reasons() {
        return founding.reasons();
    }

    FoundingWire wire() {
        return wire;
    }

    void serve(ClusterPeerEndpoint.Running parts) {
        endpoint.serve(parts);
    }

    @Override
    public void close() {
        founding.close();
        wire.close();
    }
}
