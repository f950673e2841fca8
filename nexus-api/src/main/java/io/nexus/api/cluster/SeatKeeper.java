package io.nexus.api.cluster;

import io.nexus.api.cluster.ClusterView.State;
import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.consensus.Decided;
import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the groups on this node, and the members of the groups that it leads, what the plan says; one operation at a
 * time.
 *
 * <p>A group that was created here and is gone is never made anew: an empty member under an old node id would have
 * forgotten its votes and what it acknowledged. Such a node must give up its whole disk and come back as another one. A
 * group is removed only when the plan is provably fresh and the group's own leader says that this node has no seat.
 *
 * <p>Threads: everything runs on the disk executor, which may block; {@link #problems} may be called from any.
 */
final class SeatKeeper {
    private static final Logger log = LoggerFactory.getLogger(SeatKeeper.class);
    private static final int META = 0;
    private static final long PLAN_FRESH_MILLIS = 5_000;
    private static final long SUBMIT_SECONDS = 5;
    private static final long OPERATION_MINUTES = 5;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LocalState self;
    private final NodeIdentity identity;
    private final Layout layout;
    private final Neighbours neighbours;
    private final GroupControl control;
    private final CommandRouter router;
    private CompletableFuture<?> running = CompletableFuture.completedFuture(null);
    private volatile long notBefore;
    private long freshVersion;
    private volatile List<String> problems = List.of();
    private volatile String failed = "";

    /** What heartbeats told. */
    record Neighbours(PeerWatch watch, Freshness freshness) {}

    SeatKeeper(
            LocalState self,
            NodeIdentity identity,
            Layout layout,
            Neighbours neighbours,
            GroupControl control,
            CommandRouter router) {
        this.self = self;
        this.identity = identity;
        this.layout = layout;
        this.neighbours = neighbours;
        this.control = control;
        this.router = router;
        this.notBefore = self.nanos().getAsLong();
    }

    /** What keeps this node from doing its part, in sentences for the operator. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        if (!failed.isEmpty()) {
            all.add(failed);
        }
        return all;
    }

    /**
     * Creates the groups of a node that is new in its cluster: empty when the node took another one's seats; when the
     * cluster is founded, with the members of the founding plan, even if a newer one is known, because all members must
     * begin with the same configuration. Does nothing on a node that has its groups.
     */
    CompletableFuture<Void> establish(Executor disk) {
        return CompletableFuture.runAsync(layout::refresh, disk).thenCompose(read -> createAll(disk));
    }

    private CompletableFuture<Void> createAll(Executor disk) {
        Stage stage = identity.stage();
        if (stage == Stage.FOUNDED) {
            return CompletableFuture.completedFuture(null);
        }
        ClusterPlan plan = identity.requirePlan();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        Seats seats = seats(plan);
        for (int segment : seats.mine()) {
            all = all.thenCompose(done -> stage == Stage.FORMING
                    ? control.createGroup(segment, seats.members(segment))
                    : control.createEmpty(segment));
        }
        return all.thenRunAsync(
                () -> {
                    identity.keepGroups(seats.mine());
                    identity.founded();
                    identity.keep(layout.current());
                    log.atInfo().addKeyValue("groups", seats.mine()).log("the groups of this node exist");
                },
                disk);
    }

    /** Looks once; called a few times a second on the disk executor. */
    void look() {
        layout.refresh();
        boolean rests = self.nanos().getAsLong() - notBefore < 0;
        if (!running.isDone() || rests || identity.stage() != Stage.FOUNDED) {
            return;
        }
        ClusterPlan plan = layout.current();
        if (seats(plan).entry(self.selfId()) == null) {
            problems = List.of("this node was replaced by another one at its address (plan version " + plan.version()
                    + "): empty its data directory if it is to come back");
            return;
        }
        boolean fresh = isFresh(plan);
        problems = lostGroups(plan, fresh);
        Operation next = record(plan);
        next = next == null ? missingSeat(plan) : next;
        next = next == null ? replacedMember(plan) : next;
        next = next == null && fresh ? surplusGroup(plan) : next;
        if (next != null) {
            run(next);
        } else {
            failed = "";
        }
    }

    /* --------------- what there is to do --------------- */

    private record Operation(String what, int segment, Supplier<CompletableFuture<?>> start) {}

    /** The founding act goes into the meta group's log first of all. */
    private @Nullable Operation record(ClusterPlan plan) {
        if (!self.groups().group(META).leaderReady() || layout.recorded()) {
            return null;
        }
        return new Operation(
                "record the founding",
                META,
                () -> router.submit(
                                META,
                                Seats.commandId("found " + plan.clusterId()),
                                new Command.FoundCluster(plan),
                                System.nanoTime() + TimeUnit.SECONDS.toNanos(SUBMIT_SECONDS))
                        .thenAccept(SeatKeeper::requireAccepted));
    }

    private static void requireAccepted(Decided decided) {
        if (decided.outcome() instanceof Outcome.Rejected rejected) {
            throw new IllegalStateException(rejected.detail());
        }
    }

    private @Nullable Operation missingSeat(ClusterPlan plan) {
        Set<Integer> created = identity.groups();
        return seats(plan).mine().stream()
                .filter(segment -> !hosted(segment) && !created.contains(segment))
                .findFirst()
                .map(segment -> new Operation("create an empty member", segment, () -> control.createEmpty(segment)))
                .orElse(null);
    }

    private @Nullable Operation replacedMember(ClusterPlan plan) {
        for (int segment = 0; segment <= plan.segmentCount(); segment++) {
            GroupState state = self.groups().group(segment);
            if (state.leaderReady()) {
                Operation swap = swap(plan, state);
                if (swap != null) {
                    return swap;
                }
            }
        }
        return null;
    }

    /** A member that the plan does not seat, and a node that it seats and that waits for it with an empty member. */
    private @Nullable Operation swap(ClusterPlan plan, GroupState state) {
        List<String> seated = plan.seats().get(state.segment());
        String old = state.members().stream()
                .filter(member -> !seated.contains(member) && !member.equals(self.selfId()))
                .min(String::compareTo)
                .orElse(null);
        // If the new one is a member already, an earlier attempt ended before the old one was let go.
        boolean complete = state.members().containsAll(seated);
        NodeEntry replacement = seated.stream()
                .filter(node -> complete || !state.members().contains(node))
                .filter(node -> !node.equals(self.selfId()) && waits(node, state.segment()))
                .min(String::compareTo)
                .map(node -> seats(plan).entry(node))
                .orElse(null);
        return old == null || replacement == null || !othersHaveTheRows(state, old)
                ? null
                : new Operation(
                        "replace a member",
                        state.segment(),
                        () -> control.replaceMember(state.segment(), old, replacement));
    }

    /** A member counts in the majority before it has its rows: let go of one disk only when the others have them. */
    private boolean othersHaveTheRows(GroupState state, String old) {
        return state.members().stream()
                .filter(member -> !member.equals(self.selfId()) && !member.equals(old))
                .map(neighbours.watch::report)
                .allMatch(report -> report != null && hasRows(report, state.segment()));
    }

    private static boolean hasRows(PeerReport report, int segment) {
        PeerReport.Copy copy = report.copies().get(segment);
        return copy != null && copy.intact();
    }

    private boolean waits(String nodeId, int segment) {
        PeerReport report = neighbours.watch.report(nodeId);
        return report != null
                && report.hosted().contains(segment)
                && neighbours.watch.liveness(nodeId).state() == State.UP;
    }

    private @Nullable Operation surplusGroup(ClusterPlan plan) {
        Set<Integer> seats = seats(plan).mine();
        for (int segment = 0; segment <= plan.segmentCount(); segment++) {
            if (!seats.contains(segment) && hosted(segment) && leaderSaysUnseated(segment)) {
                int surplus = segment;
                return new Operation("remove a group without a seat", surplus, () -> control.removeGroup(surplus));
            }
        }
        return null;
    }

    private boolean leaderSaysUnseated(int segment) {
        long term = self.groups().group(segment).term();
        return neighbours.watch.reports().stream()
                .filter(report -> neighbours.watch.liveness(report.nodeId()).state() == State.UP)
                .map(report -> report.led().get(segment))
                .anyMatch(led -> led != null && led.term() >= term && !led.seated());
    }

    private void run(Operation operation) {
        log.atInfo().addKeyValue("segment", operation.segment).log(operation.what);
        CompletableFuture<?> started;
        try {
            started = operation.start.get();
        } catch (RuntimeException e) {
            started = CompletableFuture.failedFuture(e);
        }
        running = started.orTimeout(OPERATION_MINUTES, TimeUnit.MINUTES).handle((done, failure) -> {
            notBefore = self.nanos().getAsLong() + (failure == null ? 0 : RETRY_NANOS);
            failed = failure == null
                    ? ""
                    : "could not " + operation.what + " (segment " + operation.segment + "): "
                            + WireFailure.text(failure);
            return done;
        });
    }

    /* --------------- what is here --------------- */

    /** Remembers the groups that run here, and names those that ran once and do not any more. */
    private List<String> lostGroups(ClusterPlan plan, boolean fresh) {
        Set<Integer> seats = seats(plan).mine();
        Set<Integer> kept = new TreeSet<>(identity.groups());
        IntStream.rangeClosed(0, plan.segmentCount()).filter(this::hosted).forEach(kept::add);
        if (fresh) {
            kept.removeIf(segment -> !hosted(segment) && !seats.contains(segment));
        }
        identity.keepGroups(kept);
        List<Integer> lost = kept.stream().filter(segment -> !hosted(segment)).toList();
        return lost.isEmpty()
                ? List.of()
                : List.of("the groups of segments " + lost + " were on this node and do not run any more: see the log;"
                        + " if their files are lost, empty the whole data directory, and this node comes back as a new"
                        + " one");
    }

    /** True if the plan was the current one a moment ago, and the same at the last look. */
    private boolean isFresh(ClusterPlan plan) {
        long staleness = neighbours.freshness.stalenessMillis(META);
        boolean now = layout.recorded() && staleness >= 0 && staleness <= PLAN_FRESH_MILLIS;
        boolean twice = now && freshVersion == plan.version();
        freshVersion = now ? plan.version() : 0;
        return twice;
    }

    private Seats seats(ClusterPlan plan) {
        return new Seats(plan, self.selfId());
    }

    private boolean hosted(int segment) {
        return self.groups().group(segment).hosted();
    }
}
