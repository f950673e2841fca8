package io.nexus.api.consensus;

import io.nexus.statemachine.codec.CommandCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Command.Tick;
import io.nexus.statemachine.command.Envelope;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * What an owner proposes by itself: the end of leases that are over, and a tick where nothing was proposed for a while,
 * so that the state's clock goes on (and because Ratis has bugs that only idle groups meet). Apply decides again what
 * really is due. Called by one thread at a time.
 */
final class Housekeeping {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final RatisGroups groups;
    private final SegmentBatchers batchers;
    private final Stamps stamps;
    private final RandomGenerator random;
    private final Limits limits;
    private final ConsensusMetrics metrics;
    private final Map<Integer, Watch> watches = new HashMap<>();

    /**
     * @param every how often leases are looked at
     * @param dueMax leases in one round of one segment
     * @param queueMax a segment with a longer queue has other worries
     * @param tickAfter without an entry
     */
    record Limits(Duration every, int dueMax, int queueMax, Duration tickAfter) {
        static final Limits DEFAULT = new Limits(Duration.ofMillis(500), 1_000, 1_024, Duration.ofSeconds(60));
    }

    Housekeeping(
            RatisGroups groups,
            SegmentBatchers batchers,
            Stamps stamps,
            RandomGenerator random,
            Limits limits,
            ConsensusMetrics metrics) {
        this.groups = groups;
        this.batchers = batchers;
        this.stamps = stamps;
        this.random = random;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** One round over the segments that this node owns. Never blocks. */
    void round(long nowNanos) {
        OptionalLong now = stamps.millis();
        if (now.isPresent()) {
            round(nowNanos, now.getAsLong());
        }
    }

    private void round(long nowNanos, long nowMillis) {
        for (HostedGroup group : groups.hosted()) {
            Watch watch = watches.computeIfAbsent(group.segment(), segment -> new Watch());
            watch.observe(group.appliedIndex(), nowNanos);
            SegmentBatcher batcher = batchers.get(group.segment());
            if (batcher == null || !group.ready() || watch.underWay.get() > 0 || batcher.queued() > limits.queueMax) {
                continue;
            }
            List<Command> due = group.machine().due(nowMillis, limits.dueMax);
            due.forEach(command -> propose(batcher, command, watch, nowNanos));
            if (!due.isEmpty()) {
                metrics.housekeeping("expire");
            } else if (nowNanos - watch.changedNanos > limits.tickAfter.toNanos()) {
                propose(batcher, new Tick(), watch, nowNanos);
                metrics.housekeeping("tick");
            }
        }
    }

    private void propose(SegmentBatcher batcher, Command command, Watch watch, long nowNanos) {
        Envelope envelope = new Envelope(random.nextLong(), command);
        watch.underWay.incrementAndGet();
        batcher.offer(new Attempt(
                batcher.segment(), envelope, CommandCodec.encode(command), nowNanos + DEADLINE_NANOS, watch));
    }

    /** What was seen of a group; an outcome is not waited for, the next round looks again. */
    private static final class Watch implements Attempt.Answers {
        private final AtomicInteger underWay = new AtomicInteger();
        private long appliedIndex = -1;
        private long changedNanos;

        void observe(long applied, long nowNanos) {
            if (applied != appliedIndex) {
                appliedIndex = applied;
                changedNanos = nowNanos;
            }
        }

        @Override
        public void decided(Attempt attempt, Decided decided) {
            underWay.decrementAndGet();
        }

        @Override
        public void refused(Attempt attempt, Refusal refusal) {
            underWay.decrementAndGet();
        }
    }
}
