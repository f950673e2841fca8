package io.nexus.api.client.node;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One node as this client meets it: one connection, made when first needed and given up when idle. Thread-safe. */
public final class NodeLink {
    /** Message size that the nodes may answer with: a long list of pools. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private static final long IDLE_MINUTES = 5;
    /** The nodes permit no shorter one; attempts have deadlines of their own, so this only clears dead connections. */
    private static final long KEEPALIVE_SECONDS = 35;

    private static final long KEEPALIVE_TIMEOUT_SECONDS = 5;
    /** Stands in for a latency that is not known yet: such a node is worth a try. */
    private static final long LATENCY_FLOOR_NANOS = 200_000;

    private final HostAndPort address;
    private final ManagedChannel channel;
    private final NodeHealth health =
            new NodeHealth(() -> ThreadLocalRandom.current().nextDouble());
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable String nodeId;

    NodeLink(HostAndPort address) {
        this.address = address;
        this.channel = ManagedChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(ANSWER_BYTES_MAX)
                .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    public ManagedChannel channel() {
        return channel;
    }

    public HostAndPort address() {
        return address;
    }

    /** As the node said itself, or as others said of its address; null while nobody did. */
    public @Nullable String nodeId() {
        return nodeId;
    }

    void isNode(String id) {
        nodeId = id;
    }

    /** A call begins. */
    public void began() {
        underWay.incrementAndGet();
        calls.incrementAndGet();
    }

    /** The call ended with an answer of the node, be it a refusal. */
    public void answered(long tookNanos) {
        underWay.decrementAndGet();
        health.answered(System.nanoTime(), tookNanos);
    }

    /** The call ended without an answer of the node. */
    public void failed(long nowNanos) {
        underWay.decrementAndGet();
        failures.incrementAndGet();
        health.failed(nowNanos);
    }

    /** The call was given up because another one answered first: says nothing about the node. */
    public void dropped() {
        underWay.decrementAndGet();
    }

    /** The node asked to be left alone for so long. */
    public void avoid(long nowNanos, long nanos) {
        health.avoid(nowNanos, nanos);
    }

    /** For how long others are asked first; 0: it is as good as any. */
    public long avoidedNanos(long nowNanos) {
        return health.avoidedNanos(nowNanos);
    }

    /** Calls that the node did not answer since it last did. */
    int failuresInARow() {
        return health.failuresInARow();
    }

    /** How long a further call would take, more or less; only good for comparing nodes. */
    double cost(long nowNanos) {
        return (underWay.get() + 1.0) * Math.max(LATENCY_FLOOR_NANOS, health.latencyNanos(nowNanos));
    }

    /** What the client has seen of this node. */
    public NodeStats stats(long nowNanos) {
        String id = nodeId;
        return new NodeStats(
                address.toString(),
                id == null ? "" : id,
                calls.get(),
                failures.get(),
                TimeUnit.NANOSECONDS.toMicros(health.latencyNanos(nowNanos)),
                avoidedNanos(nowNanos) > 0);
    }

    void close() {
        channel.shutdownNow();
    }
}
