package io.nexus.api.service;

import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.error.Problems;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Allocate, offer and confirm, renew, release and decline. Thread-safe, never blocks; futures fail with {@link ProblemException} and complete on a
 * thread of the router. Deadlines are of {@link System#nanoTime}.
 */
public final class AllocationService {
    /** Stands for all pools that this node does not know: ids that callers make up must not fill the labels. */
    private static final String UNKNOWN_POOL = "_unknown";

    private static final Demand OWNERS = new Demand(null, 0, true);

    private final PoolFinder finder;
    private final PoolCommands commands;
    private final CommandIds ids;
    private final Lookups lookups;
    private final Meters meters;

    public AllocationService(PoolFinder finder, CommandRouter router, CommandIds ids, Lookups lookups, Meters meters) {
        this.finder = finder;
        this.commands = new PoolCommands(finder, router, ids);
        this.ids = ids;
        this.lookups = lookups;
        this.meters = meters;
    }

    /**
     * What an allocate gave.
     *
     * @param created false: the identity held it already
     */
    public record Granted(Holding holding, boolean created, Token token) {}

    public record Renewed(Holding holding, Token token) {}

    /**
     * What a release freed.
     *
     * @param token null if the allocations were of several segments: a token is of one
     */
    public record Released(List<Holding> holdings, @Nullable Token token) {}

    public CompletableFuture<Granted> allocate(Requests.Allocate request, long deadlineNanos) {
        long startNanos = System.nanoTime();
        return guarded(() -> {
                    Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
                    String poolId = RequestRules.pool("pool_id", request.poolId());
                    byte[] mac = RequestRules.mac(request.mac());
                    long ttl = RequestRules.ttl(request.ttlSeconds(), request.type());
                    Attachment attachment = RequestRules.attachment(request.gateway(), request.circuit());
                    long commandId =
                            ids.of("allocate", owner.subscriber(), RequestRules.requestId(request.requestId()));
                    return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Allocate(
                                    pool.instance(),
                                    owner,
                                    mac,
                                    RequestRules.requested(request.ip(), pool.spec()),
                                    request.type(),
                                    ttl,
                                    attachment),
                            deadlineNanos);
                })
                .thenApply(done -> new Granted(one(done), done.outcome().changed(), done.token()))
                .whenComplete((granted, thrown) -> measure(request.poolId(), startNanos, granted, thrown));
    }

    /** Gives something that ends by itself unless it is confirmed; the request's time is that of the offer. */
    public CompletableFuture<Granted> offer(Requests.Allocate request, long deadlineNanos) {
        long startNanos = System.nanoTime();
        return guarded(() -> {
                    Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
                    String poolId = RequestRules.pool("pool_id", request.poolId());
                    byte[] mac = RequestRules.mac(request.mac());
                    long ttl = RequestRules.offerTtl(request.ttlSeconds(), request.type());
                    Attachment attachment = RequestRules.attachment(request.gateway(), request.circuit());
                    long commandId = ids.of("offer", owner.subscriber(), RequestRules.requestId(request.requestId()));
                    return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Offer(
                                    pool.instance(),
                                    owner,
                                    mac,
                                    RequestRules.requested(request.ip(), pool.spec()),
                                    ttl,
                                    attachment),
                            deadlineNanos);
                })
                .thenApply(done -> new Granted(one(done), done.outcome().changed(), done.token()))
                .whenComplete((granted, thrown) -> measure(request.poolId(), startNanos, granted, thrown));
    }

    public CompletableFuture<Renewed> confirm(Requests.Confirm request, long deadlineNanos) {
        return guarded(() -> {
                    Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
                    String poolId = RequestRules.pool("pool_id", request.poolId());
                    long ttl = RequestRules.ttl(request.ttlSeconds(), request.type());
                    long commandId = ids.of("confirm", owner.subscriber(), RequestRules.requestId(request.requestId()));
                    return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Confirm(
                                    pool.instance(),
                                    owner,
                                    RequestRules.requested(request.ip(), pool.spec()),
                                    request.type(),
                                    ttl),
                            deadlineNanos);
                })
                .thenApply(done -> new Renewed(one(done), done.token()));
    }

    public CompletableFuture<Released> decline(Requests.Release request, long deadlineNanos) {
        return guarded(() -> {
            Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
            String poolId = RequestRules.pool("pool_id", request.poolId());
            int generation = RequestRules.generation(request.generation());
            long commandId = ids.of("decline", owner.subscriber(), RequestRules.requestId(request.requestId()));
            return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Decline(
                                    pool.instance(),
                                    owner,
                                    RequestRules.requested(request.ip(), pool.spec()),
                                    generation),
                            deadlineNanos)
                    .thenApply(done -> new Released(all(done), done.token()));
        });
    }

    public CompletableFuture<Renewed> renew(Requests.Renew request, long deadlineNanos) {
        return guarded(() -> {
                    Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
                    String poolId = RequestRules.pool("pool_id", request.poolId());
                    long ttl = RequestRules.ttl(request.ttlSeconds(), null);
                    int generation = RequestRules.generation(request.generation());
                    long commandId = ids.of("renew", owner.subscriber(), RequestRules.requestId(request.requestId()));
                    return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Renew(pool.instance(), owner, ttl, generation),
                            deadlineNanos);
                })
                .thenApply(done -> new Renewed(one(done), done.token()));
    }

    public CompletableFuture<Released> release(Requests.Release request, long deadlineNanos) {
        return guarded(() -> {
            Identity owner = RequestRules.identity(request.subscriber(), request.duid(), request.iaid());
            String poolId = RequestRules.pool("pool_id", request.poolId());
            int generation = RequestRules.generation(request.generation());
            long commandId = ids.of("release", owner.subscriber(), RequestRules.requestId(request.requestId()));
            return commands.submit(
                            poolId,
                            commandId,
                            pool -> new Command.Release(
                                    pool.instance(),
                                    owner,
                                    RequestRules.requested(request.ip(), pool.spec()),
                                    generation),
                            deadlineNanos)
                    .thenApply(done -> new Released(all(done), done.token()));
        });
    }

    /**
     * Renews everything that the subscriber holds, under whatever DUID, by the word of the owners. NO_SUCH_ALLOCATION if
     * that is nothing.
     *
     * @param poolId only in this pool; null: in all
     * @return IPv4 before IPv6, newest first
     */
    public CompletableFuture<List<Renewed>> renewAll(
            String subscriber, @Nullable String poolId, long ttlSeconds, long deadlineNanos) {
        return guarded(() -> {
            long ttl = RequestRules.ttl(ttlSeconds, null);
            return held(subscriber, poolId, deadlineNanos)
                    .thenCompose(allocations -> each(
                            allocations,
                            allocation -> new Command.Renew(allocation.instance(), allocation.owner(), ttl),
                            deadlineNanos))
                    .thenApply(all -> all.stream()
                            .map(done -> new Renewed(one(done), done.token()))
                            .toList());
        });
    }

    /**
     * Releases everything that the subscriber holds, under whatever DUID, by the word of the owners. NO_SUCH_ALLOCATION
     * if that is nothing.
     *
     * @param poolId only in this pool; null: in all
     */
    public CompletableFuture<Released> releaseAll(String subscriber, @Nullable String poolId, long deadlineNanos) {
        return guarded(() -> held(subscriber, poolId, deadlineNanos)
                .thenCompose(allocations -> each(
                        allocations,
                        allocation -> new Command.Release(
                                allocation.instance(),
                                allocation.owner(),
                                allocation.prefix(),
                                allocation.causalLength()),
                        deadlineNanos))
                .thenApply(all -> new Released(
                        all.stream().flatMap(done -> all(done).stream()).toList(),
                        all.size() == 1 ? all.get(0).token() : null)));
    }

    private CompletableFuture<List<Allocation>> held(String subscriber, @Nullable String poolId, long deadlineNanos) {
        String id = RequestRules.subscriber(subscriber);
        String pool = poolId == null ? null : RequestRules.pool("pool_id", poolId);
        return lookups.bySubscriber(id, pool, OWNERS, deadlineNanos).thenApply(answer -> {
            if (answer.allocations().isEmpty()) {
                throw Problem.of(Reason.NO_SUCH_ALLOCATION, "subscriber %s holds nothing", id)
                        .exception();
            }
            return answer.allocations();
        });
    }

    private CompletableFuture<List<PoolCommands.Done>> each(
            List<Allocation> allocations, Function<Allocation, Command> command, long deadlineNanos) {
        CompletableFuture<List<PoolCommands.Done>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Allocation allocation : allocations) {
            all = all.thenCombine(orGone(allocation, command, deadlineNanos), (list, done) -> {
                done.ifPresent(list::add);
                return list;
            });
        }
        return all;
    }

    /** Empty if it was released, or released and allocated again, by somebody else in the meantime. */
    private CompletableFuture<Optional<PoolCommands.Done>> orGone(
            Allocation allocation, Function<Allocation, Command> command, long deadlineNanos) {
        return commands.submit(allocation.poolId(), ids.next(), pool -> command.apply(allocation), deadlineNanos)
                .thenApply(Optional::of)
                .exceptionally(thrown -> {
                    Problem problem = Problems.of(thrown);
                    if (problem.reason() != Reason.NO_SUCH_ALLOCATION
                            && problem.reason() != Reason.GENERATION_CHANGED) {
                        throw problem.exception();
                    }
                    return Optional.empty();
                });
    }

    private void measure(String poolId, long startNanos, @Nullable Granted granted, @Nullable Throwable thrown) {
        String result;
        String pool = poolId;
        if (granted != null) {
            result = granted.created() ? "created" : "existing";
        } else {
            result = Problems.of(Objects.requireNonNull(thrown)).reason().name();
            pool = finder.knows(poolId) ? poolId : UNKNOWN_POOL;
        }
        meters.counter(MetricNames.ALLOCATIONS, "pool", pool, "result", result).inc();
        meters.timer(MetricNames.ALLOCATION_LATENCY, "pool", pool)
                .update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    private static Holding one(PoolCommands.Done done) {
        return new Holding(done.outcome().allocations().get(0), done.pool());
    }

    private static List<Holding> all(PoolCommands.Done done) {
        return done.outcome().allocations().stream()
                .map(allocation -> new Holding(allocation, done.pool()))
                .toList();
    }

    /** Bad input fails the future like everything else. */
    static <T> CompletableFuture<T> guarded(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (ProblemException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
