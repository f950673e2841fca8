package io.nexus.api.service;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.LeadershipProof;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Gathered.Part;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.storage.NodeStore;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers from this node's store where that is enough, and from the owners where it is not: for segments whose copy is
 * older than the caller allows or has not reached the write that the caller names, and wherever nothing was found.
 *
 * <p>A copy that is known to be wrong, or is being replaced, answers only a caller who asked for no freshness at all, and
 * only if the owner cannot be asked: what was found there is mostly right, and worth more to such a caller than an
 * error. Its staleness is not known then.
 *
 * <p>An allocation lies in the stream of its segment together with its pool. So the owner of the pool's segment can say
 * that there is none while the pool is open there, and where the pool is not known here, or has ended, all owners
 * together can.
 */
public final class LocalLookups implements Lookups {
    private final Sources sources;
    private final Executor executor;
    private final StoreReader reader;
    private final OwnCopies copies;
    private final PastReader pastReader;
    private final UnitReader unitReader;
    private final OwnerReads owners;

    /**
     * Where the answers come from. {@code waiters} and {@code directory} must hear of every step.
     *
     * @param intact false for a segment whose copy here is suspect or being replaced: the owner is asked for it
     */
    public record Sources(
            NodeStore store,
            PoolDirectory directory,
            StepWaiters waiters,
            ClusterView cluster,
            GroupView groups,
            LeadershipProof proof,
            Peers peers,
            IntPredicate intact) {}

    /** @param executor reads the store and may block; futures complete on it, or on gRPC's threads */
    public LocalLookups(Sources sources, Executor executor) {
        this.sources = sources;
        this.executor = executor;
        this.reader = new StoreReader(sources.store, sources.directory);
        this.copies = new OwnCopies(sources, reader);
        this.pastReader = new PastReader(sources.store, sources.directory);
        this.unitReader = new UnitReader(sources.store, sources.directory);
        ConfirmedReader self = new ConfirmedReader(reader, sources.groups, sources.proof, executor);
        this.owners = new OwnerReads(
                sources.peers,
                sources.groups,
                self,
                () -> sources.cluster.plan().clusterId(),
                executor);
    }

    @Override
    public CompletableFuture<Answer> bySubscriber(
            String subscriber, @Nullable String poolId, Demand demand, long deadlineNanos) {
        @Nullable PoolEntry pool = poolId == null ? null : sources.directory.byId(poolId);
        return look(Inquiry.bySubscriber(subscriber, poolId), pool, demand, deadlineNanos);
    }

    @Override
    public CompletableFuture<Answer> byAddress(String space, Prefix address, Demand demand, long deadlineNanos) {
        @Nullable PoolEntry pool = sources.directory.containing(space, address);
        return look(Inquiry.byAddress(space, address), pool, demand, deadlineNanos);
    }

    @Override
    public CompletableFuture<PastAnswer> past(String space, Prefix address, long fromMillis, long toMillis) {
        return here(() -> {
            List<Part> before = segments().stream().map(copies::part).toList(); // the rows are at least of then
            PastReader.Past past = pastReader.read(space, address, fromMillis, toMillis);
            long now = System.nanoTime();
            List<AsOf> asOf = before.stream()
                    .filter(part -> past.segments().contains(part.segment()))
                    .map(part -> part.asOf(now))
                    .toList();
            return new PastAnswer(past.tenures(), past.truncated(), asOf);
        });
    }

    @Override
    public CompletableFuture<List<UnitView>> explain(String space, Prefix address) {
        return here(() -> unitReader.byAddress(space, address));
    }

    @Override
    public CompletableFuture<List<UnitView>> explain(String subscriber) {
        return here(() -> unitReader.bySubscriber(subscriber));
    }

    @Override
    public CompletableFuture<List<UnitReader.Reservation>> reservations(PoolEntry pool) {
        return here(() -> unitReader.reservations(pool));
    }

    /** On a thread that may block on disk. */
    private <T> CompletableFuture<T> here(Supplier<T> reading) {
        try {
            return CompletableFuture.supplyAsync(reading, executor);
        } catch (ProblemException e) { // they have too much to do
            return CompletableFuture.failedFuture(e);
        }
    }

    private Set<Integer> segments() {
        return IntStream.rangeClosed(1, sources.cluster.plan().segmentCount())
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private CompletableFuture<Answer> look(
            Inquiry inquiry, @Nullable PoolEntry pool, Demand demand, long deadlineNanos) {
        Set<Integer> all = segments();
        Token token = demand.token();
        if (token != null && token.stream() > all.size()) {
            return CompletableFuture.failedFuture(Problem.field(
                            "token", "names segment %d of %d: it is not of this cluster", token.stream(), all.size())
                    .exception());
        }
        Set<Integer> concerned = pool == null ? all : Set.of(pool.segment());
        LookupRun.Question question =
                new LookupRun.Question(inquiry.reflecting(token), concerned, all, demand, deadlineNanos);
        return new LookupRun(sources, copies, reader, owners, executor, question).answer();
    }
}
