package io.nexus.api.consensus;

import io.nexus.api.cluster.Peers;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/**
 * One forwarding stream to each other node, opened when it is first needed. Streams are written by one worker, so that
 * what gathers while a frame is made goes into the next. Thread-safe, never blocks.
 */
final class ForwardLinks implements AutoCloseable {
    private final Peers peers;
    private final String clusterId;
    private final Executor worker;
    private final Limits limits;
    private final ConsensusMetrics metrics;
    private final ConcurrentMap<String, ForwardLink> links = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * @param loadMax commands queued or unanswered on one link
     * @param frameCommandsMax commands in one message
     * @param frameBytesMax encoded bytes of the commands in one message, unless one command alone is larger
     * @param blockedMax a link that could not send for so long is broken
     * @param silenceMax a link that got no answer for so long is broken; longer than an owner takes to say "unknown"
     * @param backoffMax between attempts to open a stream
     */
    record Limits(
            int loadMax,
            int frameCommandsMax,
            int frameBytesMax,
            Duration blockedMax,
            Duration silenceMax,
            Duration backoffMax) {
        static final Limits DEFAULT =
                new Limits(8_192, 512, 128 << 10, Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(1));
    }

    /** @param worker runs one task at a time */
    ForwardLinks(Peers peers, String clusterId, Executor worker, Limits limits, ConsensusMetrics metrics) {
        this.peers = peers;
        this.clusterId = clusterId;
        this.worker = worker;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** Takes the attempt, which is answered once unless it is withdrawn. */
    void send(String nodeId, Attempt attempt) {
        if (closed) {
            attempt.refused(Refusal.of(SubmitFailure.CLOSED));
            return;
        }
        links.computeIfAbsent(nodeId, this::link).send(attempt);
    }

    /** Breaks links that are stuck; called periodically. */
    void check(long nowNanos) {
        links.values().forEach(link -> link.check(nowNanos));
    }

    /** Ends the streams; what is under way becomes unknown. */
    @Override
    public void close() {
        closed = true;
        links.values().forEach(ForwardLink::close);
    }

    private ForwardLink link(String nodeId) {
        ForwardLink link = new ForwardLink(
                nodeId,
                () -> peers.live(nodeId),
                new ForwardLink.Sender(peers.selfId(), clusterId),
                worker,
                limits,
                metrics);
        metrics.gauge(ConsensusMetrics.FORWARD_PENDING, link::load, "peer", nodeId);
        return link;
    }
}
