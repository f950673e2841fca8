package io.nexus.api.client.route;

import io.nexus.api.client.call.CallEnd;
import io.nexus.api.client.call.CallSpec;
import io.nexus.api.client.call.Caller;
import io.nexus.api.client.call.Failure;
import io.nexus.api.client.call.Route;
import io.nexus.api.client.node.NodeLink;
import io.nexus.api.client.node.NodeSet;
import io.nexus.api.v1.ClusterServiceGrpc;
import io.nexus.api.v1.HashringRequest;
import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.StatusRequest;
import io.nexus.api.v1.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ring at hand. Asked for again when a pool is not in it, when an owner did not answer or sent the caller
 * away, and when it has not been asked for a while; one question at a time, with a least time between two, however many
 * calls want it. A call never waits for it: until the answer is there it goes to any node. Thread-safe.
 */
public final class RingCache {
    private static final long TIMEOUT_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long BETWEEN_NANOS = Duration.ofMillis(200).toNanos();

    private final Caller caller;
    private final NodeSet nodes;
    private final boolean learnsNodes;
    private final long maxAgeNanos;
    private final AtomicBoolean asking = new AtomicBoolean();
    private final LongAdder answers = new LongAdder();
    private volatile RingView ring = RingView.UNKNOWN;
    private volatile long askedNanos;
    private volatile boolean asked;

    /**
     * A cache that knows nothing yet.
     *
     * @param learnsNodes whether nodes that the cluster tells of may be asked too
     * @param maxAge after which a ring that is in use is asked for again: owners also change without a failure
     */
    public RingCache(Caller caller, NodeSet nodes, boolean learnsNodes, Duration maxAge) {
        this.caller = caller;
        this.nodes = nodes;
        this.learnsNodes = learnsNodes;
        this.maxAgeNanos = maxAge.toNanos();
    }

    /** The way of a write for the pool. */
    public Route to(String poolId) {
        return new Route() {
            @Override
            public @Nullable NodeLink first() {
                return owner(poolId);
            }

            @Override
            public void doubtful() {
                refresh();
            }
        };
    }

    private @Nullable NodeLink owner(String poolId) {
        RingView known = ring;
        String owner = known.ownerOf(poolId);
        NodeLink link = owner == null ? null : nodes.byId(owner);
        long now = System.nanoTime();
        if (link == null || link.avoidedNanos(now) > 0 || now - askedNanos > maxAgeNanos) {
            refresh();
        }
        return link;
    }

    /** What is known may be out of date. Asks for it again, without waiting. */
    private void refresh() {
        long now = System.nanoTime();
        boolean tooSoon = asked && now - askedNanos < BETWEEN_NANOS;
        if (tooSoon || !asking.compareAndSet(false, true)) {
            return;
        }
        askedNanos = now;
        asked = true;
        CallSpec<HashringRequest, HashringResponse> question = new CallSpec<>(
                ClusterServiceGrpc.getGetHashringMethod(),
                HashringRequest.getDefaultInstance(),
                CallSpec.Repeat.READ,
                null);
        caller.call(question, TIMEOUT_NANOS, new CallEnd<HashringResponse>() {
            @Override
            public void answered(HashringResponse response, NodeLink by) {
                answers.increment();
                ring = RingView.of(response);
                asking.set(false);
                meetNodes();
            }

            @Override
            public void failed(Failure failure) {
                asking.set(false); // the next call that wants it asks again
            }
        });
    }

    /** Rings that were answered so far. */
    public long answers() {
        return answers.sum();
    }

    public RingView ring() {
        return ring;
    }

    /** Asks the nodes that did not say yet who they are, or, if all did, any for those that are not known. */
    private void meetNodes() {
        long now = System.nanoTime();
        List<NodeLink> strangers = nodes.all().stream()
                .filter(link -> link.nodeId() == null && link.avoidedNanos(now) == 0)
                .toList();
        boolean allKnown = ring.nodes().stream().allMatch(id -> nodes.byId(id) != null);
        if (!strangers.isEmpty()) {
            strangers.forEach(link -> askWho(link, false));
        } else if (!allKnown) {
            askWho(null, learnsNodes);
        }
    }

    /**
     * Asks for the cluster's nodes.
     *
     * @param link null: any
     * @param mayAdd a node that is already known under another address would be added a second time: not before all
     *     known ones said who they are
     */
    private void askWho(@Nullable NodeLink link, boolean mayAdd) {
        CallSpec<StatusRequest, StatusResponse> question = new CallSpec<>(
                ClusterServiceGrpc.getStatusMethod(),
                StatusRequest.getDefaultInstance(),
                CallSpec.Repeat.READ,
                link == null ? null : Route.to(link));
        caller.call(question, TIMEOUT_NANOS, new CallEnd<StatusResponse>() {
            @Override
            public void answered(StatusResponse status, NodeLink by) {
                nodes.identify(by, status.getNodeId());
                status.getNodesList().forEach(node -> nodes.learn(node.getNodeId(), node.getGrpcAddr(), mayAdd));
                boolean allMet = nodes.all().stream().allMatch(known -> known.nodeId() != null);
                if (!mayAdd && learnsNodes && allMet) {
                    status.getNodesList().forEach(node -> nodes.learn(node.getNodeId(), node.getGrpcAddr(), true));
                }
            }

            @Override
            public void failed(Failure failure) {
                // Those that do not answer are met when they do: with one of the next rings.
            }
        });
    }
}
