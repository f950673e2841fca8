package io.nexus.api.node;

import io.nexus.api.cluster.ClockGuard;
import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.GroupControl;
import io.nexus.api.cluster.Layout;
import io.nexus.api.cluster.LocalState;
import io.nexus.api.cluster.Membership;
import io.nexus.api.cluster.PeerChannels;
import io.nexus.api.cluster.PeerServer;
import io.nexus.api.config.HostPort;
import io.nexus.api.consensus.Consensus;
import io.nexus.api.consensus.FatalHandler;
import io.nexus.api.consensus.GroupMachines;
import io.nexus.api.consensus.RatisGroups;
import io.nexus.api.feed.FeedClient;
import io.nexus.api.feed.FeedEndpoint;
import io.nexus.api.feed.FeedHub;
import io.nexus.api.feed.FeedListener;
import io.nexus.api.feed.FeedMetrics;
import io.nexus.api.feed.PeerProgress;
import io.nexus.api.feed.Scrubber;
import io.nexus.api.feed.SegmentPuller;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.records.RecordMetrics;
import io.nexus.api.records.RecordSync;
import io.nexus.api.records.RecordSyncEndpoint;
import io.nexus.api.service.LocalLookups;
import io.nexus.api.service.LookupThreads;
import io.nexus.api.service.OwnerReadEndpoint;
import io.nexus.api.service.StepWaiters;
import io.nexus.crdt.Step;
import io.nexus.statemachine.allocator.SegmentEngine;
import io.nexus.statemachine.catalogue.CatalogueEngine;
import io.nexus.statemachine.codec.BatchCodec;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.ratis.GroupHooks;
import io.nexus.statemachine.ratis.StoreStateMachine;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The parts of a node that is in a cluster: groups, membership, feed, lookups. Built when the plan is in force; start
 * and close are called by one thread and block.
 */
final class RunningNode implements AutoCloseable {
    private static final int META = 0;
    private static final int LOOKUP_THREADS = 4;

    private final NodeBase base;
    private final String clusterId;
    private final int streams;
    private final FatalHandler fatal;
    private final Layout layout;
    private final PeerChannels channels;
    private final ClockGuard clock;
    private final FeedHub hub;
    private final FeedListener listeners;
    private final FeedEndpoint feedEndpoint;
    private final Consensus consensus;
    private final Membership membership;
    private final FeedClient feed;
    private final SegmentPuller puller;
    private final Scrubber scrubber;
    private final FeedMetrics feedMetrics;
    private final RecordSyncEndpoint recordEndpoint;
    private final RecordSync recordSync;
    private final LookupThreads lookupThreads = new LookupThreads(LOOKUP_THREADS);
    private final LocalLookups lookups;
    private final ExecutorService proofs = Executors.newFixedThreadPool(2, task -> new Thread(task, "proof-answers"));

    RunningNode(NodeBase base, ClusterPlan plan, FatalHandler fatal) {
        this.base = base;
        this.clusterId = plan.clusterId();
        this.streams = plan.segmentCount() + 1;
        this.fatal = fatal;
        String self = base.identity().nodeId();
        layout = new Layout(
                base.identity(), base.store().segment(META), base.threads().diskExecutor());
        channels = new PeerChannels(self, layout);
        clock = new ClockGuard(
                InstantSource.system(), System::nanoTime, base.setup().clock());
        feedMetrics = new FeedMetrics(base.meters());
        hub = new FeedHub(streams, base.store(), feedMetrics);
        StepWaiters waiters = new StepWaiters(base.store());
        listeners = FeedListener.all(List.of(hub, base.pools(), waiters, new LayoutListener(layout), base.changes()));
        feedEndpoint = new FeedEndpoint(hub, () -> clusterId, base.setup().fanOut());
        consensus = new Consensus(raft(self), collaborators(), base.setup().bounds());
        LocalState state = new LocalState(self, consensus.groups(), base.store(), this::intact, System::nanoTime);
        membership = new Membership(
                new Membership.Base(base.identity(), layout, channels, base.entrance(), base.threads()),
                state,
                new Membership.Ports(
                        new FollowingControl(), consensus.router(), consensus.groups()::learnOwner, proofs, clock),
                base.setup().heartbeats());
        ClusterView view = membership.view();
        PeerProgress progress = PeerProgress.from(membership.reports());
        feed = new FeedClient(new FeedClient.Ports(
                channels,
                consensus.groups(),
                view,
                progress,
                base.store(),
                listeners,
                feedMetrics,
                segment -> LatePorts.genesis(clusterId, segment),
                failure -> fatal.fatal("The store failed while following a segment.", failure)));
        recordEndpoint = new RecordSyncEndpoint(base.records(), base.setup().records());
        recordSync = new RecordSync(
                base.records(),
                channels,
                new RecordMetrics(base.meters()),
                base.setup().records());
        puller = new SegmentPuller(channels, consensus.groups(), view, listeners, feedMetrics);
        scrubber = new Scrubber(new Scrubber.Ports(
                base.store(),
                hub,
                progress,
                view,
                consensus.groups(),
                feedMetrics,
                base.setup().config().clset().scrubInterval(),
                failure -> fatal.fatal("The store failed while it was checked.", failure)));
        hub.onWrong(this::mend);
        lookups = new LocalLookups(
                new LocalLookups.Sources(
                        base.store(),
                        base.pools(),
                        waiters,
                        view,
                        consensus.groups(),
                        membership.proof(),
                        channels,
                        this::intact),
                lookupThreads);
    }

    /** Whoever writes the segment here puts its copy right: the feed by repair, a member by pulling it anew. */
    private void mend(int segment) {
        if (consensus.renew(segment)) {
            feedMetrics.diverged();
        } else {
            feed.foundWrong(segment);
        }
    }

    /** Groups of the last run first, then what they do not cover, then the others may talk to us. */
    void start(LatePorts ports, PeerServer peerServer) throws IOException {
        base.meters().gauge(MetricNames.CLOCK_OFFSET, () -> clock.offsetMillis() / 1e3);
        base.meters().gauge(MetricNames.CLOCK_CORRECTED, () -> clock.corrected() ? 1 : 0);
        hub.start();
        feedEndpoint.start();
        recordEndpoint.start();
        consensus.start();
        feed.start(streams);
        for (int segment = 0; segment < streams; segment++) {
            if (!consensus.groups().group(segment).hosted()) {
                feed.follow(segment).join();
            }
        }
        peerServer.add(consensus.endpoint());
        peerServer.add(feedEndpoint);
        peerServer.add(recordEndpoint);
        recordSync.start();
        peerServer.add(new OwnerReadEndpoint(
                base.store(), base.pools(), consensus.groups(), membership.proof(), () -> clusterId, lookupThreads));
        scrubber.start();
        base.watches().start(this::intact);
        ports.open(new LatePorts.Ports(membership.view(), consensus.groups(), consensus.router(), lookups, feed));
        membership.start().whenComplete((done, failure) -> {
            if (failure != null) {
                fatal.fatal("The node could not create its groups.", failure);
            }
        });
    }

    List<String> problems() {
        return membership.problems();
    }

    /** What the operator should know, though this node does its part. */
    List<String> warnings() {
        return clock.warning().stream().toList();
    }

    /** Gives leadership away while requests are still answered. Takes some seconds at most. */
    void handOver() {
        consensus.handOver();
    }

    /** Ends groups and feed; the store may be closed after it. */
    @Override
    public void close() throws IOException {
        scrubber.close();
        recordSync.close();
        membership.close();
        feed.close();
        try {
            consensus.close();
        } finally {
            feedEndpoint.close();
            recordEndpoint.close();
            lookupThreads.close();
            proofs.shutdown();
            channels.close();
        }
    }

    private RatisGroups.Setup raft(String self) {
        HostPort listen = base.setup().raftListen();
        return new RatisGroups.Setup(
                self,
                UUID.fromString(clusterId),
                base.setup().directory().raft(),
                listen.isWildcard() ? "0.0.0.0" : listen.host(),
                listen.port(),
                Map.of());
    }

    private Consensus.Collaborators collaborators() {
        return new Consensus.Collaborators(
                this::machine,
                listeners,
                channels,
                layout::current,
                this::alive,
                base.meters(),
                fatal,
                clock,
                new Random(new SecureRandom().nextLong()));
    }

    private GroupMachines.Machine machine(int segment, GroupHooks hooks) {
        Engine engine = segment == META ? new CatalogueEngine() : new SegmentEngine(segment);
        return GroupMachines.Machine.of(new StoreStateMachine(
                segment,
                base.store(),
                LatePorts.genesis(clusterId, segment),
                engine,
                hooks,
                puller,
                BatchCodec::decode));
    }

    private boolean alive(String nodeId) {
        return membership.view().liveness(nodeId).state() == ClusterView.State.UP;
    }

    private boolean intact(int segment) {
        return feed.intact(segment);
    }

    /** A segment has one writer here: the feed lets go before a group starts, and takes over when it is gone. */
    private final class FollowingControl implements GroupControl {
        @Override
        public CompletableFuture<Void> createGroup(int segment, List<NodeEntry> members) {
            return feed.unfollow(segment).thenCompose(free -> consensus.groups().createGroup(segment, members));
        }

        @Override
        public CompletableFuture<Void> createEmpty(int segment) {
            return feed.unfollow(segment).thenCompose(free -> consensus.groups().createEmpty(segment));
        }

        @Override
        public CompletableFuture<Void> replaceMember(int segment, String oldNodeId, NodeEntry replacement) {
            return consensus.groups().replaceMember(segment, oldNodeId, replacement);
        }

        @Override
        public CompletableFuture<Void> removeGroup(int segment) {
            return consensus.groups().removeGroup(segment).thenCompose(gone -> feed.follow(segment));
        }
    }

    private record LayoutListener(Layout layout) implements FeedListener {
        @Override
        public void onStep(Step step) {
            layout.onStep(step);
        }

        @Override
        public void onInstalled(int segment) {
            // The layout looks at the store by itself after an install.
        }
    }
}
