package io.nexus.api.cluster;

import io.nexus.api.consensus.CommandRouter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * This node's part in a cluster whose plan is in force: heartbeats, proofs of leadership, freshness of copies, and
 * seats kept as the plan says. Assembled from what the plan made possible: layout, channels and groups.
 */
public final class Membership implements AutoCloseable {
    private static final long LOOK_MILLIS = 250;
    private static final long STOP_MILLIS = 1_000;

    private final ClusterThreads threads;
    private final PeerWatch watch;
    private final MajorityProof proofs;
    private final Heartbeats heartbeats;
    private final SeatKeeper keeper;
    private final ObservedCluster view;
    private volatile boolean closed;

    /**
     * What this part of the node needs of the others.
     *
     * @param control changes the groups on this node
     * @param router gets commands decided by the meta group
     * @param owners hears who leads what
     * @param answers completes proofs of leadership; callers' continuations run on it and may block it
     * @param clock hears of the others' clocks
     */
    public record Ports(
            GroupControl control, CommandRouter router, OwnerNews owners, Executor answers, ClockGuard clock) {}

    /**
     * What was there before.
     *
     * @param entrance the same that this node came in by
     */
    public record Base(
            NodeIdentity identity, Layout layout, PeerChannels channels, Entrance entrance, ClusterThreads threads) {}

    public Membership(Base base, LocalState self, Ports ports, HeartbeatSettings settings) {
        this.threads = base.threads;
        this.watch = new PeerWatch(settings, self.nanos());
        Freshness freshness = new Freshness(self::position, self.nanos());
        HeartbeatWire wire = new GrpcHeartbeatWire(base.channels, settings.timeout());
        NamedWire named = new NamedWire(wire, base.layout.current().clusterId(), self.selfId());
        this.proofs = new MajorityProof(
                self,
                named,
                threads.cluster(),
                ports.answers,
                (segment, proof) -> freshness.proven(segment, proof.asOfNanos()));
        this.heartbeats = new Heartbeats(
                self,
                base.layout,
                named,
                settings,
                threads.cluster(),
                new Heartbeats.Sinks(proofs, watch, freshness, ports.owners, ports.clock));
        this.keeper = new SeatKeeper(
                self,
                base.identity,
                base.layout,
                new SeatKeeper.Neighbours(watch, freshness),
                ports.control,
                ports.router);
        this.view = new ObservedCluster(self, base.layout, watch, freshness);
        base.entrance.serve(new ClusterPeerEndpoint.Running(
                new HeartbeatAnswers(self, base.layout, proofs, ports.owners, ports.clock),
                new SeatHandover(self, base.layout, watch, base.entrance.wire(), ports.router)));
    }

    /**
     * Starts heartbeats, and creates the groups of a node that is new in its cluster. Call it when the groups found on
     * disk run and the store is open. The future fails if a group could not be created: the node must stop then, and
     * tries again at its next start.
     */
    public CompletableFuture<Void> start() {
        heartbeats.start();
        return keeper.establish(threads.diskExecutor()).thenRun(() -> {
            if (!closed) {
                threads.disk().every(LOOK_MILLIS, this::look);
            }
        });
    }

    private void look() {
        if (!closed) {
            keeper.look();
        }
    }

    public ClusterView view() {
        return view;
    }

    public LeadershipProof proof() {
        return proofs;
    }

    public PeerReports reports() {
        return watch;
    }

    /** What keeps this node from doing its part, in sentences for the operator; empty if nothing does. */
    public List<String> problems() {
        return keeper.problems();
    }

    /**
     * Stops acting and refuses to prove anything; heartbeats are still answered until the peer port closes. The disk
     * thread is closed by its owner. Blocks for up to a second.
     */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        boolean running = threads.cluster().run(() -> {
            proofs.stop();
            stopped.complete(null);
        });
        if (running) {
            stopped.completeOnTimeout(null, STOP_MILLIS, TimeUnit.MILLISECONDS).join();
        }
        threads.stopCluster();
    }
}
