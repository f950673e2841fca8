package io.nexus.api.consensus;

import io.nexus.statemachine.model.ClusterPlan;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second whether what should run here does run: Ratis closes a group on an error, or its whole server after
 * a long pause, and then stays silent. Called by one thread at a time.
 */
final class GroupSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSupervisor.class);
    /** A founding or joining node makes its groups one after the other. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final RatisGroups groups;
    private final Supplier<@Nullable ClusterPlan> plan;
    private final FatalHandler fatal;
    private long missingSinceNanos;
    private Set<Integer> missing = Set.of();

    GroupSupervisor(
            RatisGroups groups, Supplier<@Nullable ClusterPlan> plan, FatalHandler fatal, ConsensusMetrics metrics) {
        this.groups = groups;
        this.plan = plan;
        this.fatal = fatal;
        metrics.gauge(ConsensusMetrics.GROUPS_STOPPED, this::stoppedGroups);
        metrics.gauge(ConsensusMetrics.GROUPS_MISSING, () -> groups.missing().size());
    }

    void round(long nowNanos) {
        if (groups.closing()) {
            return;
        }
        if (!groups.running()) {
            fatal.fatal(
                    "Ratis shut its server down by itself, after a pause that was too long or a failure.",
                    new IllegalStateException("raft server is not running"));
            return;
        }
        groups.hosted().forEach(this::checkRunning);
        checkMissing(nowNanos);
    }

    private void checkRunning(HostedGroup group) {
        LifeCycle.State state = group.lifeCycle();
        boolean down = state.isClosingOrClosed() || state == LifeCycle.State.EXCEPTION;
        if (down && group.stoppedBecause() == null && !groups.closing()) {
            groups.stopped(group, "Ratis closed the group: " + state);
            LOG.atError()
                    .addKeyValue("segment", group.segment())
                    .addKeyValue("state", state)
                    .log("group stopped on this node, the other members go on without it");
        }
    }

    private void checkMissing(long nowNanos) {
        Set<Integer> now = seats();
        groups.hosted().forEach(group -> now.remove(group.segment()));
        if (now.isEmpty() || !now.equals(missing)) {
            missing = now;
            missingSinceNanos = nowNanos;
            groups.missing(Set.of());
        } else if (nowNanos - missingSinceNanos > GRACE_NANOS
                && !groups.missing().equals(now)) {
            groups.missing(Set.copyOf(now));
            LOG.atError().addKeyValue("segments", now).log("groups should run on this node and do not");
        }
    }

    private Set<Integer> seats() {
        Set<Integer> mine = new TreeSet<>();
        ClusterPlan current = plan.get();
        List<List<String>> seats = current == null ? List.of() : current.seats();
        for (int segment = 0; segment < seats.size(); segment++) {
            if (seats.get(segment).contains(groups.nodeId())) {
                mine.add(segment);
            }
        }
        return mine;
    }

    private int stoppedGroups() {
        return (int) groups.hosted().stream()
                .filter(group -> group.stoppedBecause() != null)
                .count();
    }
}
