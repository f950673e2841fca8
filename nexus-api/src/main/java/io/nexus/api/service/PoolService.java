package io.nexus.api.service;

import static io.nexus.api.service.AllocationService.guarded;

import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.consensus.Decided;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.service.PoolDirectory.PoolUse;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Pools: the catalogue (meta group) says which exist, the pool's segment opens and seals them. Every step can be
 * repeated, so an interrupted create or delete is finished by asking again. Thread-safe, never blocks; futures fail with
 * {@link io.nexus.api.error.ProblemException}.
 */
public final class PoolService {
    private static final int META = 0;
    /** Somebody else changed the pool at the same time. */
    private static final int UPDATES_MAX = 3;

    private final PoolDirectory directory;
    private final PoolFinder finder;
    private final CommandRouter router;
    private final CommandIds ids;
    private final GroupView groups;
    private final PoolCommands commands;

    public PoolService(
            PoolDirectory directory, PoolFinder finder, CommandRouter router, CommandIds ids, GroupView groups) {
        this.directory = directory;
        this.finder = finder;
        this.router = router;
        this.ids = ids;
        this.groups = groups;
        this.commands = new PoolCommands(finder, router, ids);
    }

    /**
     * A pool as this node sees it.
     *
     * @param owner node id, null while unknown
     * @param use as this node knows it; of a pool that is too new here: nothing allocated yet
     */
    public record PoolView(PoolEntry entry, @Nullable String owner, PoolUse use) {
        /** ACTIVE, DRAINING or SEALED. */
        public String state() {
            if (use.sealed()) {
                return "SEALED";
            }
            return entry.spec().terms().draining() ? "DRAINING" : "ACTIVE";
        }

        /** 0 to 1, more where what is in use was excluded since. */
        public double utilization() {
            return use.size() == 0 ? 0 : (double) use.allocated() / use.size();
        }
    }

    /**
     * What a create did.
     *
     * @param created false: it existed already with the same body
     */
    public record CreatedPool(PoolView pool, boolean created) {}

    public CompletableFuture<CreatedPool> create(Requests.NewPool request, long deadlineNanos) {
        return guarded(() -> {
            PoolSpec spec = RequestRules.spec(request);
            return router.submit(META, ids.next(), new Command.CreatePool(spec), deadlineNanos)
                    .thenCompose(decided -> {
                        Outcome.Accepted accepted = accepted(decided);
                        PoolEntry entry = Objects.requireNonNull(accepted.pool(), "CreatePool answers the entry");
                        finder.keep(spec.id(), entry);
                        return commands.open(entry, deadlineNanos)
                                .thenApply(opened -> new CreatedPool(view(entry), accepted.changed()));
                    });
        });
    }

    /** Changes some fields of a pool while it is in use; its CIDR may only grow. Changing nothing is no error. */
    public CompletableFuture<PoolView> update(Requests.PoolChange change, long deadlineNanos) {
        return guarded(
                () -> update(change, RequestRules.pool("id", change.body().id()), UPDATES_MAX, deadlineNanos));
    }

    private CompletableFuture<PoolView> update(
            Requests.PoolChange change, String id, int attempts, long deadlineNanos) {
        return finder.ask("id", id, deadlineNanos).thenCompose(entry -> {
            PoolSpec wanted = PoolChangeRules.changed(entry.spec(), change);
            Command command = new Command.UpdatePool(entry.instance(), entry.revision(), wanted);
            return router.submit(META, ids.next(), command, deadlineNanos).thenCompose(decided -> {
                boolean raced = decided.outcome() instanceof Outcome.Rejected rejected
                        && rejected.reason() == Reason.POOL_CHANGED;
                if (raced && attempts > 1) {
                    return update(change, id, attempts - 1, deadlineNanos);
                }
                PoolEntry changed = Objects.requireNonNull(accepted(decided).pool(), "UpdatePool answers the entry");
                finder.keep(id, changed);
                return commands.open(changed, deadlineNanos).thenApply(opened -> view(changed));
            });
        });
    }

    /** From this node's directory, so that gateways can start without any leader; else from the catalogue's owner. */
    public CompletableFuture<PoolView> get(String id, long deadlineNanos) {
        return guarded(() -> finder.find("id", RequestRules.pool("id", id), deadlineNanos))
                .thenApply(this::view);
    }

    /**
     * As this node knows them.
     *
     * @param space empty: all spaces
     */
    public List<PoolView> list(String space) {
        String wanted = space.isEmpty() ? null : RequestRules.space(space);
        return directory.all().stream()
                .filter(entry -> wanted == null || entry.spec().space().equals(wanted))
                .map(this::view)
                .toList();
    }

    /** Fails with POOL_IN_USE while there are allocations. */
    public CompletableFuture<Void> delete(String id, long deadlineNanos) {
        return guarded(() -> finder.ask("id", RequestRules.pool("id", id), deadlineNanos))
                .thenCompose(entry -> seal(entry, true, deadlineNanos)
                        .thenCompose(nothing -> router.submit(
                                META, ids.next(), new Command.RemovePool(entry.instance()), deadlineNanos))
                        .thenAccept(decided -> {
                            accepted(decided);
                            finder.keep(id, null);
                        }));
    }

    /**
     * Reserves an address or prefix for one claimant.
     *
     * @return false: it is reserved so already
     */
    public CompletableFuture<Boolean> reserve(Requests.Reserve request, long deadlineNanos) {
        return guarded(() -> {
            Claimant claimant = RequestRules.claimant(request);
            return commands.submit(
                            RequestRules.pool("pool_id", request.poolId()),
                            ids.next(),
                            pool -> new Command.Reserve(
                                    pool.instance(), RequestRules.unit(request.ip(), pool.spec()), claimant),
                            deadlineNanos)
                    .thenApply(done -> done.outcome().changed());
        });
    }

    /**
     * Ends the reservation of an address or prefix; who holds it keeps it.
     *
     * @return false: it was not reserved
     */
    public CompletableFuture<Boolean> unreserve(String poolId, String ip, long deadlineNanos) {
        return guarded(() -> commands.submit(
                        RequestRules.pool("pool_id", poolId),
                        ids.next(),
                        pool -> new Command.Unreserve(pool.instance(), RequestRules.unit(ip, pool.spec())),
                        deadlineNanos)
                .thenApply(done -> done.outcome().changed()));
    }

    /** A segment that never heard of the pool must hear of its end too, or a late opening would bring it to life. */
    private CompletableFuture<Void> seal(PoolEntry entry, boolean mayOpen, long deadlineNanos) {
        return router.submit(entry.segment(), ids.next(), new Command.SealPool(entry.instance()), deadlineNanos)
                .thenCompose(decided -> {
                    boolean unheardOf = decided.outcome() instanceof Outcome.Rejected rejected
                            && rejected.reason() == Reason.NO_SUCH_POOL;
                    if (unheardOf && mayOpen) {
                        return commands.open(entry, deadlineNanos)
                                .thenCompose(opened -> seal(entry, false, deadlineNanos));
                    }
                    accepted(decided);
                    return CompletableFuture.<Void>completedFuture(null);
                });
    }

    private PoolView view(PoolEntry entry) {
        PoolUse use = directory.use(entry.instance());
        return new PoolView(
                entry,
                groups.owner(entry.segment()),
                use != null ? use : new PoolUse(0, AddressPlan.of(entry.spec()).allocatable(), false));
    }

    private static Outcome.Accepted accepted(Decided decided) {
        if (decided.outcome() instanceof Outcome.Rejected rejected) {
            throw PoolCommands.problem(rejected);
        }
        return (Outcome.Accepted) decided.outcome();
    }
}
