package io.nexus.api.cluster;

import io.nexus.api.consensus.Decided;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.catalogue.CatalogueKeys;
import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node assembled as the real one is, with groups and a store that the test plays. */
final class MemberNode {
    private static final HeartbeatSettings QUICK =
            new HeartbeatSettings(Duration.ofMillis(50), Duration.ofMillis(500), 3, Duration.ofSeconds(2));

    private final Path directory;
    private final String address;
    private final List<String> list;
    private final MetaGroup meta;
    private final Map<Integer, String> owners = new ConcurrentHashMap<>();
    private final List<String> swaps = new CopyOnWriteArrayList<>();
    private final FakeGroups groups = new FakeGroups();
    private FakeStore store = new FakeStore();
    /** By so much this node's wall clock is wrong. */
    volatile long clockOffMillis;

    private volatile @Nullable ClockGuard clock;
    private volatile boolean emptyGroups;
    private @Nullable NodeIdentity identity;
    private @Nullable Entrance entrance;
    private @Nullable ClusterThreads threads;
    private @Nullable PeerServer server;
    private volatile @Nullable Layout layout;
    private volatile @Nullable PeerChannels channels;
    private volatile @Nullable Membership membership;
    private volatile boolean established;

    MemberNode(Path directory, String address, List<String> list, MetaGroup meta) {
        this.directory = directory;
        this.address = address;
        this.list = list;
        this.meta = meta;
    }

    void start() {
        PeerAddresses peers = PeerAddresses.of(list, address);
        FoundingTerms terms = TestTerms.of(peers);
        identity = new DataDirectory(directory).open(terms.settings(), terms.self());
        threads = new ClusterThreads();
        entrance = new Entrance(identity, terms, threads, Duration.ofMillis(50));
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        server = new PeerServer(
                new InetSocketAddress("127.0.0.1", port),
                identity,
                List.of(entrance.service()),
                ForkJoinPool.commonPool());
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entrance.start();
        entrance.inForce().thenAcceptAsync(plan -> join(), ForkJoinPool.commonPool());
    }

    private void join() {
        try {
            Files.createDirectories(directory.resolve("store"));
            Files.writeString(directory.resolve("store/rows"), "x");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Layout current = new Layout(identity, store.segment(0), threads.diskExecutor());
        layout = current;
        PeerChannels opened = new PeerChannels(identity.nodeId(), current);
        channels = opened;
        ClockGuard guard = new ClockGuard(
                () -> Instant.now().plusMillis(clockOffMillis), System::nanoTime, ClockGuard.Settings.DEFAULT);
        clock = guard;
        Membership joined = new Membership(
                new Membership.Base(identity, current, opened, entrance, threads),
                new LocalState(identity.nodeId(), groups, store, segment -> true, System::nanoTime),
                new Membership.Ports(
                        new Control(),
                        (segment, id, command, deadline) -> meta.decide(command),
                        (segment, term, node) -> owners.put(segment, node),
                        ForkJoinPool.commonPool(),
                        guard),
                QUICK);
        membership = joined;
        joined.start().thenRun(() -> established = true);
    }

    /** The process dies; its disk stays. */
    void stop() {
        if (server == null) {
            return;
        }
        established = false;
        if (membership != null) {
            membership.close();
        }
        if (channels != null) {
            channels.close();
        }
        entrance.close();
        server.cut();
        threads.close();
        identity.close();
        server = null;
    }

    void wipe() throws IOException {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        for (int segment = 0; segment <= 12; segment++) {
            groups.gone(segment);
        }
        store = new FakeStore();
        layout = null;
        membership = null;
    }

    boolean established() {
        return established;
    }

    boolean hadEmptyGroups() {
        return emptyGroups;
    }

    String nodeId() {
        return identity.nodeId();
    }

    String address() {
        return address;
    }

    ClusterView view() {
        return membership.view();
    }

    ClockGuard clock() {
        return java.util.Objects.requireNonNull(clock);
    }

    LeadershipProof proof() {
        return membership.proof();
    }

    PeerReports reports() {
        return membership.reports();
    }

    List<String> problems() {
        return membership.problems();
    }

    FakeStore store() {
        return store;
    }

    @Nullable
    String owner(int segment) {
        return owners.get(segment);
    }

    List<String> swaps() {
        return swaps;
    }

    private void disk(int segment) {
        try {
            Files.createDirectories(directory.resolve("raft"));
            Files.writeString(directory.resolve("raft/" + segment), "x");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Control implements GroupControl {
        @Override
        public CompletableFuture<Void> createGroup(int segment, List<NodeEntry> members) {
            disk(segment);
            store.at(segment, 1, 0);
            groups.follows(
                    segment, 0, null, members.stream().map(NodeEntry::nodeId).toList());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> createEmpty(int segment) {
            disk(segment);
            emptyGroups = true;
            groups.follows(segment, 0, null, List.of());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> replaceMember(int segment, String oldNodeId, NodeEntry replacement) {
            swaps.add(segment + ": " + oldNodeId + " by " + replacement.nodeId());
            List<String> members = new ArrayList<>(groups.group(segment).members());
            members.replaceAll(member -> member.equals(oldNodeId) ? replacement.nodeId() : member);
            groups.leads(segment, groups.group(segment).term(), nodeId(), members);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> removeGroup(int segment) {
            groups.gone(segment);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** What the meta group decides, and its stream. */
    static final class MetaGroup {
        private final List<MemberNode> nodes;
        private volatile @Nullable ClusterPlan plan;

        MetaGroup(List<MemberNode> nodes) {
            this.nodes = nodes;
        }

        @Nullable
        ClusterPlan plan() {
            return plan;
        }

        /** One node leads every group. */
        void lead(MemberNode leader, long term) {
            for (MemberNode node : nodes) {
                for (int segment = 0; segment <= 12; segment++) {
                    List<String> members = node.groups.group(segment).members();
                    if (node == leader) {
                        node.groups.leads(segment, term, leader.nodeId(), members);
                    } else {
                        node.groups.follows(segment, term, leader.nodeId(), members);
                    }
                }
            }
        }

        synchronized CompletableFuture<Decided> decide(Command command) {
            if (command instanceof Command.FoundCluster found && plan == null) {
                publish(found.plan());
            } else if (command instanceof Command.ReplaceNode replace
                    && plan.nodes().stream().noneMatch(entry -> entry.equals(replace.node()))) {
                publish(TestPlans.replaced(plan, replace.oldNodeId(), replace.node()));
            }
            return CompletableFuture.completedFuture(new Decided(Outcome.Accepted.CHANGED, new Token(0, 1, 1)));
        }

        private void publish(ClusterPlan next) {
            plan = next;
            RowChange change = new RowChange(CatalogueKeys.plan(), PlanCodec.encode(next));
            Position after = new Position(0, 1, 1, next.version(), 1, 1, 0, new Digest(0, 0), 0);
            for (MemberNode node : nodes) {
                node.store.planRow(next, next.version());
                Layout layout = node.layout;
                if (layout != null) {
                    layout.onStep(new Step(after, List.of(change)));
                }
            }
        }
    }
}
