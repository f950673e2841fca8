package io.nexus.api.consensus;

import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one other node. A command is sent only when a stream stands, so that one that waits here is certainly not
 * applied; when the stream breaks, what was sent is unknown and what waits is refused, and another attempt to open a
 * stream is made after a pause, when there is something to send.
 *
 * <p>Threads: {@link #send} and {@link #check} may be called by any; all else runs on the worker.
 */
final class ForwardLink {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardLink.class);
    private static final long FIRST_BACKOFF_NANOS = 50_000_000;

    private final String nodeId;
    private final Supplier<@Nullable Channel> channel;
    private final Sender sender;
    private final Executor worker;
    private final ForwardLinks.Limits limits;
    private final ConsensusMetrics metrics;

    private final Queue<Attempt> queue = new ConcurrentLinkedQueue<>();
    /** Queued or unanswered. */
    private final AtomicInteger load = new AtomicInteger();

    private final SerialStep stepping;
    private volatile boolean closed;

    // of the worker
    private @Nullable ForwardExchange exchange;
    private long openAgainNanos = System.nanoTime();
    private int failures;

    /** Who says what to which cluster. */
    record Sender(String nodeId, String clusterId) {}

    ForwardLink(
            String nodeId,
            Supplier<@Nullable Channel> channel,
            Sender sender,
            Executor worker,
            ForwardLinks.Limits limits,
            ConsensusMetrics metrics) {
        this.nodeId = nodeId;
        this.channel = channel;
        this.sender = sender;
        this.worker = worker;
        this.limits = limits;
        this.metrics = metrics;
        this.stepping = new SerialStep(worker, this::step, this::ended);
    }

    int load() {
        return load.get();
    }

    void send(Attempt attempt) {
        if (load.incrementAndGet() > limits.loadMax()) {
            load.decrementAndGet();
            metrics.overloaded();
            attempt.refused(Refusal.overloaded(100));
            return;
        }
        queue.add(attempt);
        stepping.wake();
    }

    void check(long nowNanos) {
        if (load.get() > 0) {
            onWorker(() -> breakIfStuck(nowNanos));
        }
    }

    void close() {
        closed = true;
        onWorker(() -> {
            if (exchange != null) {
                exchange.cancel("this node is shutting down");
            }
            refuseQueue();
        });
    }

    /* --------------- on the worker --------------- */

    private void onWorker(Runnable task) {
        try {
            worker.execute(task);
        } catch (RejectedExecutionException shutDown) {
            ended();
        }
    }

    private void ended() {
        closed = true;
        refuseQueue();
    }

    private void step() {
        if (queue.isEmpty()) {
            return;
        }
        ForwardExchange open = closed ? null : opened();
        if (open == null) {
            refuseQueue();
            return;
        }
        while (open.isReady() && !queue.isEmpty()) {
            List<Attempt> frame = takeFrame();
            if (!frame.isEmpty()) {
                open.send(frame);
                metrics.forwarded(nodeId, frame.size());
            }
        }
    }

    private @Nullable ForwardExchange opened() {
        if (exchange != null) {
            return exchange;
        }
        Channel to = channel.get();
        if (to == null || System.nanoTime() - openAgainNanos < 0) {
            return null;
        }
        exchange = ForwardExchange.open(to, sender, new ExchangeEvents());
        return exchange;
    }

    private List<Attempt> takeFrame() {
        List<Attempt> frame = new ArrayList<>();
        long now = System.nanoTime();
        int bytes = 0;
        Attempt next = queue.peek();
        while (next != null && frame.size() < limits.frameCommandsMax()) {
            int size = next.encoded().length;
            if (!frame.isEmpty() && bytes + size > limits.frameBytesMax()) {
                break;
            }
            queue.remove();
            boolean late = next.deadlineNanos() - now < 1_000_000;
            if (late ? next.withdraw() : next.take()) {
                if (late) {
                    load.decrementAndGet();
                    next.refused(Refusal.of(SubmitFailure.EXPIRED));
                } else {
                    frame.add(next);
                    bytes += size;
                }
            } else {
                load.decrementAndGet(); // given up by its caller
            }
            next = queue.peek();
        }
        return frame;
    }

    private void refuseQueue() {
        for (Attempt next = queue.poll(); next != null; next = queue.poll()) {
            load.decrementAndGet();
            if (next.withdraw()) {
                next.refused(Refusal.of(SubmitFailure.CLOSED));
            }
        }
    }

    private void breakIfStuck(long nowNanos) {
        ForwardExchange open = exchange;
        if (open == null) {
            return;
        }
        if (open.silentNanos(nowNanos) > limits.silenceMax().toNanos()) {
            open.cancel("no answer");
        } else if (!queue.isEmpty()
                && open.blockedNanos(nowNanos) > limits.blockedMax().toNanos()) {
            open.cancel(open.wasReady() ? "does not read" : "not reachable");
        }
    }

    private void broke(ForwardExchange broken, String why) {
        if (exchange == broken) {
            exchange = null;
            failures = broken.wasAnswered() ? 0 : Math.min(failures + 1, 10);
            long pause = Math.min(limits.backoffMax().toNanos(), FIRST_BACKOFF_NANOS << failures);
            openAgainNanos =
                    System.nanoTime() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
            if (!closed && failures <= 1) {
                LOG.atInfo().addKeyValue("peer", nodeId).addKeyValue("why", why).log("forwarding stream broke");
            }
            metrics.streamBroke(nodeId);
            refuseQueue();
        }
    }

    /** Comes on gRPC's threads. */
    private final class ExchangeEvents implements ForwardExchange.Events {
        @Override
        public void ready() {
            stepping.wake();
        }

        @Override
        public void answered() {
            load.decrementAndGet();
        }

        @Override
        public void broke(ForwardExchange exchange, String why) {
            onWorker(() -> {
                exchange.giveUp();
                ForwardLink.this.broke(exchange, why);
            });
        }
    }
}
