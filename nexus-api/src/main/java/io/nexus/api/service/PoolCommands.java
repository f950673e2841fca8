package io.nexus.api.service;

import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.error.Problem;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Gets a command about a pool decided by the pool's segment. A segment that does not know the pool is told of it: the
 * catalogue is written first, and whoever created the pool may have stopped in between. Thread-safe, never blocks.
 */
final class PoolCommands {
    /** The pool was not open; it is another instance by now; that one was not open either. */
    private static final int ATTEMPTS_MAX = 3;

    /** Where requests about allocations name the pool. */
    private static final String FIELD = "pool_id";

    private final PoolFinder finder;
    private final CommandRouter router;
    private final CommandIds ids;

    PoolCommands(PoolFinder finder, CommandRouter router, CommandIds ids) {
        this.finder = finder;
        this.router = router;
        this.ids = ids;
    }

    record Done(PoolEntry pool, Outcome.Accepted outcome, Token token) {}

    /** @param command made for the entry that was found; may throw a {@code ProblemException} */
    CompletableFuture<Done> submit(
            String poolId, long commandId, Function<PoolEntry, Command> command, long deadlineNanos) {
        return finder.find(FIELD, poolId, deadlineNanos).thenCompose(pool -> {
            Call call = new Call(commandId, command, deadlineNanos);
            return finder.isBehind(pool) // whoever changed the pool may have stopped before telling its segment
                    ? open(pool, deadlineNanos).thenCompose(opened -> call.submit(pool, 1))
                    : call.submit(pool, 1);
        });
    }

    /** Makes the pool known to its segment. */
    CompletableFuture<Void> open(PoolEntry pool, long deadlineNanos) {
        return router.submit(pool.segment(), ids.next(), new Command.OpenPool(pool), deadlineNanos)
                .thenAccept(decided -> {
                    if (decided.outcome() instanceof Outcome.Rejected rejected) {
                        throw ended(rejected.reason())
                                ? Problem.of(
                                                Reason.POOL_SEALED,
                                                "pool %s is being deleted: delete it again to finish that",
                                                pool.spec().id())
                                        .exception()
                                : problem(rejected);
                    }
                });
    }

    static RuntimeException problem(Outcome.Rejected rejected) {
        return new Problem(rejected.reason(), rejected.detail(), rejected.field(), null).exception();
    }

    private static boolean ended(Reason reason) {
        return reason == Reason.NO_SUCH_POOL || reason == Reason.POOL_SEALED;
    }

    private final class Call {
        private final long commandId;
        private final Function<PoolEntry, Command> command;
        private final long deadlineNanos;

        Call(long commandId, Function<PoolEntry, Command> command, long deadlineNanos) {
            this.commandId = commandId;
            this.command = command;
            this.deadlineNanos = deadlineNanos;
        }

        CompletableFuture<Done> submit(PoolEntry pool, int attempt) {
            return router.submit(pool.segment(), commandId, command.apply(pool), deadlineNanos)
                    .thenCompose(decided -> {
                        if (decided.outcome() instanceof Outcome.Accepted accepted) {
                            return CompletableFuture.completedFuture(new Done(pool, accepted, decided.token()));
                        }
                        Outcome.Rejected rejected = (Outcome.Rejected) decided.outcome();
                        return ended(rejected.reason()) && attempt < ATTEMPTS_MAX
                                ? again(pool, attempt)
                                : CompletableFuture.failedFuture(problem(rejected));
                    });
        }

        /** The catalogue's owner says whether this instance is still the pool. */
        private CompletableFuture<Done> again(PoolEntry refused, int attempt) {
            return finder.ask(FIELD, refused.spec().id(), deadlineNanos)
                    .thenCompose(pool -> pool.instance() == refused.instance()
                            ? open(pool, deadlineNanos).thenCompose(opened -> submit(pool, attempt + 1))
                            : submit(pool, attempt + 1));
        }
    }
}
