package io.nexus.api.consensus;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.codec.CommandCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gets commands decided by whoever owns their segment, and keeps trying until the caller's deadline: another attempt
 * after a short pause whenever one ended without a decision, always with the same command id.
 *
 * <p>Threads: {@link #submit} may be called by any and never blocks; {@link #sweep} is called by one thread every few
 * milliseconds and does everything that depends on time. Bounds: the number of commands that are not decided.
 */
final class RoutedCommands implements CommandRouter, RoutedCommand.Listener {
    private static final long FAR_NANOS = TimeUnit.DAYS.toNanos(1);

    private final String selfId;
    private final GroupView groups;
    private final OwnerHints hints;
    private final IntFunction<List<String>> seats;
    private final SegmentBatchers batchers;
    private final ForwardLinks links;
    private final RoutingProblems problems;
    private final ConsensusMetrics metrics;
    private final Limits limits;
    private final RandomGenerator random;
    private final PauseGuard pauses;
    private final Outages outages;

    private final Set<RoutedCommand> pending = ConcurrentHashMap.newKeySet();
    /** For people: who owned a segment when somebody did. */
    private final Map<Integer, String> lastOwners = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean stopping;

    /**
     * @param pendingMax commands of this node's callers that are not decided
     * @param commandBytesMax of one command
     * @param margin the caller hears so long before its deadline, or a tenth of what is left if that is less
     * @param patience an outage that lasts longer is answered soon
     * @param soon how long a command waits in such an outage
     */
    record Limits(int pendingMax, int commandBytesMax, Duration margin, Duration patience, Duration soon) {
        static final Limits DEFAULT =
                new Limits(16_384, 512 << 10, Duration.ofMillis(300), Duration.ofSeconds(6), Duration.ofMillis(500));
    }

    /** Where commands can go. */
    record Routes(
            String selfId,
            GroupView groups,
            OwnerHints hints,
            IntFunction<List<String>> seats,
            SegmentBatchers batchers,
            ForwardLinks links,
            PauseGuard pauses) {}

    RoutedCommands(
            Routes routes, RoutingProblems problems, ConsensusMetrics metrics, Limits limits, RandomGenerator random) {
        this.selfId = routes.selfId;
        this.groups = routes.groups;
        this.hints = routes.hints;
        this.seats = routes.seats;
        this.batchers = routes.batchers;
        this.links = routes.links;
        this.pauses = routes.pauses;
        this.problems = problems;
        this.metrics = metrics;
        this.limits = limits;
        this.random = random;
        this.outages = new Outages(limits.patience);
        metrics.gauge(ConsensusMetrics.ROUTED_PENDING, count::get);
    }

    @Override
    public CompletableFuture<Decided> submit(int segment, long commandId, Command command, long deadlineNanos) {
        byte[] encoded = CommandCodec.encode(command);
        if (encoded.length > limits.commandBytesMax) {
            return refuse(problems.tooLarge(encoded.length, limits.commandBytesMax));
        }
        long now = System.nanoTime();
        if (stopping) {
            return refuse(problems.shuttingDown());
        }
        if (deadlineNanos - now <= 0) {
            return refuse(problems.noTime(segment));
        }
        if (pauses.refuses(now)) {
            return refuse(problems.paused());
        }
        if (count.incrementAndGet() > limits.pendingMax) {
            count.decrementAndGet();
            metrics.overloaded();
            return refuse(problems.tooManyPending(limits.pendingMax));
        }
        Envelope envelope = new Envelope(commandId, command);
        RoutedCommand routed =
                new RoutedCommand(segment, envelope, encoded, answerBy(segment, deadlineNanos, now), this);
        pending.add(routed);
        route(routed);
        return routed.future();
    }

    private long answerBy(int segment, long deadlineNanos, long now) {
        long left = deadlineNanos - now;
        left -= Math.min(limits.margin.toNanos(), left / 10);
        if (outages.isLong(segment, now)) {
            left = Math.min(left, limits.soon.toNanos());
        }
        return now + Math.min(left, FAR_NANOS);
    }

    /** From now on nothing new is taken; what is pending goes on. */
    void stop() {
        stopping = true;
    }

    int pending() {
        return count.get();
    }

    /** Answers what is pending, as at a deadline. */
    void close() {
        stopping = true;
        for (RoutedCommand command : pending) {
            command.abandon();
            finish(command, command.perhapsApplied() ? unknown(command) : problems.shuttingDown());
        }
    }

    private void route(RoutedCommand command) {
        int segment = command.segment();
        String owner = groups.owner(segment);
        if (owner != null && !owner.equals(lastOwners.get(segment))) {
            lastOwners.put(segment, owner);
        }
        String target = target(command, owner);
        Attempt attempt = command.attempt(target, target != null && target.equals(owner));
        if (target == null) {
            attempt.refused(Refusal.of(SubmitFailure.NOT_LEADER));
        } else if (!target.equals(selfId)) {
            links.send(target, attempt);
        } else {
            SegmentBatcher batcher = batchers.get(segment);
            if (batcher == null) {
                attempt.refused(Refusal.of(SubmitFailure.CLOSED));
            } else {
                batcher.offer(attempt);
            }
        }
    }

    /** A node without a working member relies on what others said, and every other time asks a member instead. */
    private @Nullable String target(RoutedCommand command, @Nullable String owner) {
        int segment = command.segment();
        int tries = command.tries();
        if (batchers.get(segment) != null || (owner != null && tries % 2 == 0)) {
            return owner;
        }
        List<String> members = seats.apply(segment);
        return members.isEmpty() ? owner : members.get(tries / 2 % members.size());
    }

    /**
     * Notes which segments have no owner, whether or not somebody asks for them: the first caller after a long outage
     * shall hear soon too. Called about once a second, by the thread of {@link #sweep}.
     *
     * @param segments their number, the meta group not counted
     */
    void look(int segments, long nowNanos) {
        for (int segment = 0; segment <= segments; segment++) {
            if (groups.owner(segment) == null) {
                outages.failed(segment, nowNanos);
            }
        }
    }

    /** Retries what is due, answers what is late, and leaves owners that are owners no more. */
    void sweep(long nowNanos) {
        if (count.get() == 0) {
            return;
        }
        Map<Integer, String> owners = new HashMap<>();
        for (RoutedCommand command : pending) {
            if (command.isLate(nowNanos)) {
                command.abandon();
                finish(command, command.perhapsApplied() ? unknown(command) : noLeader(command, nowNanos));
            } else if (command.isWaiting(nowNanos)) {
                retry(command);
            } else if (isWithFormerOwner(command, owners)) {
                command.abandon();
                retry(command);
            }
        }
    }

    private boolean isWithFormerOwner(RoutedCommand command, Map<Integer, String> owners) {
        String former = command.withOwner();
        if (former == null || former.equals(selfId)) {
            return false;
        }
        String owner = owners.computeIfAbsent(command.segment(), groups::owner);
        return owner != null && !owner.equals(former);
    }

    private void retry(RoutedCommand command) {
        metrics.retried();
        route(command);
    }

    @Override
    public void decided(RoutedCommand command, Decided decided) {
        outages.decided(command.segment());
        if (command.future().complete(decided)) {
            metrics.decided();
            forget(command);
        }
    }

    @Override
    public void refused(RoutedCommand command, Refusal refusal) {
        String target = command.target();
        if (refusal.leaderHint() != null
                && target != null
                && !refusal.leaderHint().equals(target)) {
            hints.redirect(command.segment(), refusal.leaderHint());
        }
        if (refusal.failure() == SubmitFailure.OVERLOADED && !command.perhapsApplied()) {
            finish(command, problems.overloaded(command.segment(), target, refusal.retryAfterMillis()));
            return;
        }
        long now = System.nanoTime();
        if (refusal.failure() != SubmitFailure.OVERLOADED && refusal.failure() != SubmitFailure.EXPIRED) {
            outages.failed(command.segment(), now);
        }
        command.pauseUntil(now + TimeUnit.MILLISECONDS.toNanos(random.nextInt(20, 51)));
    }

    private Problem unknown(RoutedCommand command) {
        return problems.unknown(command.segment(), command.target());
    }

    private Problem noLeader(RoutedCommand command, long nowNanos) {
        int segment = command.segment();
        return problems.noLeader(segment, lastOwners.get(segment), outages.millis(segment, nowNanos));
    }

    private void finish(RoutedCommand command, Problem problem) {
        if (command.future().completeExceptionally(problem.exception())) {
            metrics.notDecided(label(problem.reason()));
            forget(command);
        }
    }

    private void forget(RoutedCommand command) {
        pending.remove(command);
        count.decrementAndGet();
    }

    private CompletableFuture<Decided> refuse(Problem problem) {
        metrics.notDecided(label(problem.reason()));
        return CompletableFuture.failedFuture(problem.exception());
    }

    private static String label(Reason reason) {
        return reason.name().toLowerCase(java.util.Locale.ROOT);
    }
}
