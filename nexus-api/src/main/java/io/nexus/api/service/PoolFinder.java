package io.nexus.api.service;

import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.error.Problem;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * From a pool id to its catalogue entry: from this node's directory, and where that does not know it, from the meta
 * group's owner. What the owner said is kept for a second, so that requests for a pool that does not exist cannot load
 * the meta group. Thread-safe, never blocks.
 */
public final class PoolFinder {
    private static final int META = 0;
    private static final long KEEP_NANOS = 1_000_000_000L;
    private static final int KEPT_MAX = 10_000;

    private final PoolDirectory directory;
    private final CommandRouter router;
    private final CommandIds ids;
    private final LongSupplier nanoClock;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    public PoolFinder(PoolDirectory directory, CommandRouter router, CommandIds ids, LongSupplier nanoClock) {
        this.directory = directory;
        this.router = router;
        this.ids = ids;
        this.nanoClock = nanoClock;
    }

    /**
     * The entry; fails with NO_SUCH_POOL, or because the owner could not be asked.
     *
     * @param field of the request that has the id
     */
    CompletableFuture<PoolEntry> find(String field, String poolId, long deadlineNanos) {
        PoolEntry local = directory.byId(poolId);
        if (local != null) {
            return CompletableFuture.completedFuture(local);
        }
        Kept known = kept.get(poolId);
        if (known != null && nanoClock.getAsLong() - known.sinceNanos() < KEEP_NANOS) {
            return known.entry() == null
                    ? CompletableFuture.failedFuture(noSuchPool(field, poolId))
                    : CompletableFuture.completedFuture(known.entry());
        }
        return ask(field, poolId, deadlineNanos);
    }

    /** The entry by the word of the meta group's owner. */
    CompletableFuture<PoolEntry> ask(String field, String poolId, long deadlineNanos) {
        return router.submit(META, ids.next(), new Command.FindPool(poolId), deadlineNanos)
                .thenApply(decided -> {
                    if (decided.outcome() instanceof Outcome.Accepted accepted && accepted.pool() != null) {
                        keep(poolId, accepted.pool());
                        return accepted.pool();
                    }
                    keep(poolId, null);
                    throw noSuchPool(field, poolId);
                });
    }

    /** True if the pool's segment, as far as this node knows, has not heard of this revision yet. */
    boolean isBehind(PoolEntry pool) {
        PoolEntry opened = directory.byInstance(pool.instance());
        return opened != null && opened.revision() < pool.revision();
    }

    /** True if the pool exists as far as this node knows, without asking anybody. */
    boolean knows(String poolId) {
        Kept known = kept.get(poolId);
        return directory.byId(poolId) != null || (known != null && known.entry() != null);
    }

    /** What this node just learned from the owner. */
    void keep(String poolId, @Nullable PoolEntry entry) {
        if (kept.size() >= KEPT_MAX) {
            // Rare and cheap: whoever was forgotten is asked for again.
            kept.clear();
        }
        kept.put(poolId, new Kept(entry, nanoClock.getAsLong()));
    }

    private static RuntimeException noSuchPool(String field, String poolId) {
        return new Problem(Reason.NO_SUCH_POOL, "there is no pool " + poolId, field, null).exception();
    }

    /** @param entry null: there is none */
    private record Kept(@Nullable PoolEntry entry, long sinceNanos) {}
}
