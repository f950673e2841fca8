package io.nexus.api.consensus;

import io.nexus.statemachine.model.ClusterPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who leads what, as far as it can be chosen: gives all leaderships away before this node stops, and otherwise hands a
 * group to its preferred owner, gently, when everybody has been well for a while. {@link #round} is called by one
 * thread at a time, {@link #handOver} by any.
 */
final class LeadershipSpread {
    private static final Logger LOG = LoggerFactory.getLogger(LeadershipSpread.class);
    private static final long USELESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final RatisGroups groups;
    private final Supplier<@Nullable ClusterPlan> plan;
    private final Predicate<String> alive;
    private final Limits limits;
    private final ConsensusMetrics metrics;
    private final Map<String, Long> aliveSince = new HashMap<>();
    private final Map<Integer, Long> notBefore = new HashMap<>();
    private final Map<Integer, Long> uselessSince = new HashMap<>();
    private long lastTransferNanos;
    private boolean anyTransfer;
    private volatile boolean stopping;

    /**
     * @param every at most one transfer by this node
     * @param calm all members of the group must have been alive for so long
     * @param afterFailure until the same group is tried again
     * @param lagMax entries that the new leader may be behind
     */
    record Limits(Duration every, Duration calm, Duration afterFailure, long lagMax) {
        static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(2), 200);
    }

    LeadershipSpread(
            RatisGroups groups,
            Supplier<@Nullable ClusterPlan> plan,
            Predicate<String> alive,
            Limits limits,
            ConsensusMetrics metrics) {
        this.groups = groups;
        this.plan = plan;
        this.alive = alive;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** Called about every second: hands at most one group to its preferred owner. */
    void round(long nowNanos) {
        observe(nowNanos);
        if (!stopping) {
            groups.hosted().forEach(group -> giveAwayIfUseless(group, nowNanos));
        }
        if (stopping || (anyTransfer && nowNanos - lastTransferNanos < limits.every.toNanos())) {
            return;
        }
        for (HostedGroup group : groups.hosted()) {
            String preferred = preferred(group.segment());
            if (preferred != null && isWorthwhile(group, preferred, nowNanos)) {
                anyTransfer = true;
                lastTransferNanos = nowNanos;
                notBefore.put(group.segment(), nowNanos + limits.afterFailure.toNanos());
                LOG.atInfo()
                        .addKeyValue("segment", group.segment())
                        .addKeyValue("to", preferred)
                        .log("handing leadership to the preferred owner");
                var unused = transfer(group.segment(), preferred);
                return;
            }
        }
    }

    /**
     * A member may be elected while it still pulls the rows from elsewhere, because its log is as long as the others':
     * until it has them nobody serves the segment.
     */
    private void giveAwayIfUseless(HostedGroup group, long nowNanos) {
        if (!group.leads() || !group.machine().installing()) {
            uselessSince.remove(group.segment());
            return;
        }
        long since = uselessSince.computeIfAbsent(group.segment(), segment -> nowNanos);
        String heir = heir(group);
        if (heir != null && nowNanos - since > USELESS_NANOS) {
            uselessSince.put(group.segment(), nowNanos + RETRY_NANOS);
            LOG.atInfo()
                    .addKeyValue("segment", group.segment())
                    .addKeyValue("to", heir)
                    .log("giving leadership away until the segment is here");
            var unused = transfer(group.segment(), heir);
        }
    }

    /** Gives away every group that this node leads, all at once. Blocks until done, at most as long as given. */
    void handOver(Duration atMost) {
        stopping = true;
        List<CompletableFuture<Void>> transfers = new ArrayList<>();
        for (HostedGroup group : groups.hosted()) {
            String heir = group.leads() ? heir(group) : null;
            if (heir != null) {
                transfers.add(transfer(group.segment(), heir));
            }
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(transfers.toArray(CompletableFuture[]::new));
        try {
            all.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException someFailed) {
            // the others elect a leader when this node is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.atInfo()
                .addKeyValue("groups", transfers.size())
                .addKeyValue(
                        "done",
                        transfers.stream().filter(LeadershipSpread::isDone).count())
                .log("leadership handed over");
    }

    private static boolean isDone(CompletableFuture<Void> transfer) {
        return transfer.isDone() && !transfer.isCompletedExceptionally();
    }

    private CompletableFuture<Void> transfer(int segment, String nodeId) {
        return groups.transferLeadership(segment, nodeId).whenComplete((done, failure) -> {
            metrics.transferred(failure == null);
            if (failure != null) {
                LOG.atInfo()
                        .addKeyValue("segment", segment)
                        .addKeyValue("to", nodeId)
                        .addKeyValue("why", failure.getMessage())
                        .log("leadership stays");
            }
        });
    }

    private boolean isWorthwhile(HostedGroup group, String preferred, long nowNanos) {
        return !preferred.equals(groups.nodeId())
                && group.ready()
                && nowNanos - notBefore.getOrDefault(group.segment(), nowNanos) >= 0
                && members(group).contains(preferred)
                && members(group).stream().allMatch(member -> isCalm(member, nowNanos))
                && !isLagging(group);
    }

    /** The one that is furthest of those that are alive would be best; Ratis waits for whoever it is to catch up. */
    private @Nullable String heir(HostedGroup group) {
        List<String> living = members(group).stream()
                .filter(member -> !member.equals(groups.nodeId()) && alive.test(member))
                .toList();
        String preferred = preferred(group.segment());
        if (preferred != null && living.contains(preferred)) {
            return preferred;
        }
        return living.isEmpty() ? null : living.get(group.segment() % living.size());
    }

    private boolean isLagging(HostedGroup group) {
        long[] matched = group.division().getInfo().getFollowerMatchIndices();
        return matched == null
                || Arrays.stream(matched).anyMatch(index -> group.appliedIndex() - index > limits.lagMax);
    }

    private void observe(long nowNanos) {
        ClusterPlan current = plan.get();
        if (current != null) {
            current.nodes().forEach(node -> {
                if (alive.test(node.nodeId())) {
                    aliveSince.putIfAbsent(node.nodeId(), nowNanos);
                } else {
                    aliveSince.remove(node.nodeId());
                }
            });
        }
    }

    private boolean isCalm(String nodeId, long nowNanos) {
        Long since = aliveSince.get(nodeId);
        return nodeId.equals(groups.nodeId()) || (since != null && nowNanos - since >= limits.calm.toNanos());
    }

    private @Nullable String preferred(int segment) {
        ClusterPlan current = plan.get();
        if (current == null || segment >= current.seats().size()) {
            return null;
        }
        List<String> seats = current.seats().get(segment);
        return seats.isEmpty() ? null : seats.get(0);
    }

    private static List<String> members(HostedGroup group) {
        return group.peers().stream().map(peer -> peer.getId().toString()).toList();
    }
}
