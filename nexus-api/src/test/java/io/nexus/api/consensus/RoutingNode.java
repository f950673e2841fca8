package io.nexus.api.consensus;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.nexus.api.cluster.Peers;
import io.nexus.api.metrics.Meters;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.NodeEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node as far as routing goes: real batchers, streams and router on loopback, and groups whose logs are fakes. */
final class RoutingNode implements AutoCloseable, GroupView, Peers {
    static final String CLUSTER = "c0ffee00-0000-0000-0000-000000000000";
    private static final RoutedCommands.Limits ROUTING =
            new RoutedCommands.Limits(100, 1_000, Duration.ofMillis(20), Duration.ofSeconds(1), Duration.ofMillis(100));
    private static final ForwardLinks.Limits FORWARDING = new ForwardLinks.Limits(
            64, 8, 1_000, Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(200));

    /** Beats only where a test says so. */
    private static final PauseGuard.Limits PAUSES =
            new PauseGuard.Limits(Duration.ofSeconds(2), Duration.ofSeconds(30));

    private final String id;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Map<Integer, String> owners = new ConcurrentHashMap<>();
    private final OwnerHints hints = new OwnerHints();
    private final ExecutorService forwarder = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService pulse = Executors.newScheduledThreadPool(1);
    private final Meters meters = new Meters();
    private final PauseGuard pauses;
    private final SegmentBatchers batchers;
    private final ForwardLinks links;
    private final RoutedCommands router;
    private final Server server;

    RoutingNode(String id, List<String> seats) {
        this(id, seats, CLUSTER);
    }

    RoutingNode(String id, List<String> seats, String clusterId) {
        this.id = id;
        ConsensusMetrics metrics = new ConsensusMetrics(meters);
        batchers = new SegmentBatchers(Stamps.of(InstantSource.system()), SegmentBatcher.Limits.DEFAULT, metrics);
        pauses = new PauseGuard(PAUSES, metrics);
        links = new ForwardLinks(this, clusterId, forwarder, FORWARDING, metrics);
        List<String> others = seats.stream().filter(seat -> !seat.equals(id)).toList();
        router = new RoutedCommands(
                new RoutedCommands.Routes(id, this, hints, segment -> others, batchers, links, pauses),
                new RoutingProblems(name -> name),
                metrics,
                ROUTING,
                new Random(1));
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new ForwardEndpoint(clusterId, batchers, forwarder, pauses, metrics))
                .build();
    }

    RoutingNode start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        pulse.scheduleWithFixedDelay(
                () -> {
                    router.sweep(System.nanoTime());
                    links.check(System.nanoTime());
                    batchers.expire(System.nanoTime());
                },
                10,
                10,
                TimeUnit.MILLISECONDS);
        return this;
    }

    static void connect(RoutingNode... nodes) {
        for (RoutingNode from : nodes) {
            for (RoutingNode to : nodes) {
                from.connect(to.id, to.server.getPort());
            }
        }
    }

    void connect(String nodeId, int port) {
        channels.put(
                nodeId,
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
    }

    void host(int segment, FakeLog log) {
        batchers.open(segment, log);
    }

    void knowOwner(int segment, @Nullable String nodeId) {
        if (nodeId == null) {
            owners.remove(segment);
        } else {
            owners.put(segment, nodeId);
        }
    }

    CompletableFuture<Decided> submit(long commandId, Duration time) {
        return router.submit(1, commandId, new Command.FindPool("p" + commandId), System.nanoTime() + time.toNanos());
    }

    RoutedCommands router() {
        return router;
    }

    long counted(String name, String... labels) {
        return meters.counter(name, labels).getCount();
    }

    /** As if the process had stood still for a minute until now. */
    void standStill() {
        pauses.beat(System.nanoTime() - TimeUnit.MINUTES.toNanos(1));
        pauses.beat(System.nanoTime());
    }

    void stopServing() throws InterruptedException {
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        pulse.shutdownNow();
        links.close();
        server.shutdownNow();
        batchers.close();
        router.close();
        forwarder.shutdown();
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    /* --------------- ports --------------- */

    @Override
    public GroupState group(int segment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable String owner(int segment) {
        String known = owners.get(segment);
        OwnerHints.Hint hint = hints.hint(segment);
        return known != null || hint == null ? known : hint.nodeId();
    }

    @Override
    public String selfId() {
        return id;
    }

    @Override
    public List<NodeEntry> others() {
        return List.of();
    }

    @Override
    public @Nullable Channel live(String nodeId) {
        return channels.get(nodeId);
    }

    @Override
    public @Nullable Channel bulk(String nodeId) {
        return channels.get(nodeId);
    }
}
