package io.nexus.api.service;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.cluster.LeadershipProof;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.service.ConfirmedReader.Word;
import io.nexus.crdt.Position;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.storage.NodeStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers from this node's store where that is enough, and from the owners where it is not: for segments whose copy is
 * older than the caller allows, and wherever nothing was found.
 *
 * <p>A copy that is known to be wrong, or is being replaced, answers only a caller who asked for no freshness at all, and
 * only if the owner cannot be asked: what was found there is mostly right, and worth more to such a caller than an
 * error. Its staleness is not known then.
 *
 * <p>An allocation lies in the stream of its segment together with its pool. So the owner of the pool's segment can say
 * that there is none, and where the pool is not known here, all owners together can.
 */
public final class LocalLookups implements Lookups {
    private static final long TOKEN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long the owner is waited for where a copy that may be wrong could answer. */
    private static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Answer NOTHING = new Answer(List.of(), List.of());
    private static final Comparator<Allocation> SHOWN_ORDER = Comparator.comparing(
                    (Allocation allocation) -> allocation.prefix().family())
            .thenComparing(Allocation::allocatedAtMillis, Comparator.reverseOrder())
            .thenComparing(Allocation::prefix);

    private final Sources sources;
    private final Executor executor;
    private final StoreReader reader;
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
        return new Lookup(Inquiry.bySubscriber(subscriber, poolId), segments(pool), demand, deadlineNanos).answer();
    }

    @Override
    public CompletableFuture<Answer> byAddress(String space, Prefix address, Demand demand, long deadlineNanos) {
        @Nullable PoolEntry pool = sources.directory.containing(space, address);
        return new Lookup(Inquiry.byAddress(space, address), segments(pool), demand, deadlineNanos).answer();
    }

    @Override
    public CompletableFuture<PastAnswer> past(String space, Prefix address, long fromMillis, long toMillis) {
        return here(() -> {
            PastReader.Past past = pastReader.read(space, address, fromMillis, toMillis);
            List<AsOf> asOf = past.segments().stream().map(this::asOf).toList();
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

    private AsOf asOf(int segment) {
        GroupState group = sources.groups.group(segment);
        Role role = group.leaderReady() ? Role.OWNER : group.hosted() ? Role.MEMBER : Role.FOLLOWER;
        // Before the position: that may only be newer.
        long stalenessMillis = sources.intact.test(segment) ? sources.cluster.stalenessMillis(segment) : -1;
        Position position = reader.position(segment);
        return position == null
                ? new AsOf(segment, 0, 0, stalenessMillis, role)
                : new AsOf(segment, position.incarnation(), position.seq(), stalenessMillis, role);
    }

    private Set<Integer> segments(@Nullable PoolEntry pool) {
        return pool != null
                ? Set.of(pool.segment())
                : IntStream.rangeClosed(1, sources.cluster.plan().segmentCount())
                        .boxed()
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /** One call on its way. */
    private final class Lookup {
        private final Inquiry inquiry;
        private final Set<Integer> concerned;
        private final Demand demand;
        private final long deadlineNanos;
        private final long startNanos = System.nanoTime();

        Lookup(Inquiry inquiry, Set<Integer> concerned, Demand demand, long deadlineNanos) {
            this.inquiry = inquiry;
            this.concerned = concerned;
            this.demand = demand;
            this.deadlineNanos = deadlineNanos;
        }

        CompletableFuture<Answer> answer() {
            Token token = demand.token();
            if (token == null || !concerned.contains(token.stream())) {
                return CompletableFuture.completedFuture(demand.owner())
                        .thenComposeAsync(byOwner -> read(byOwner ? concerned : tooOld()), executor);
            }
            long nanos = Math.min(TOKEN_WAIT_NANOS, deadlineNanos - startNanos);
            return sources.waiters
                    .await(token, demand.owner() ? 0 : nanos)
                    .thenComposeAsync(reached -> afterToken(token, reached), executor);
        }

        private CompletableFuture<Answer> afterToken(Token token, boolean reached) {
            Position position = reader.position(token.stream());
            if (position != null && position.incarnation() > token.incarnation()) {
                return CompletableFuture.failedFuture(lost(token));
            }
            Set<Integer> ask = new TreeSet<>(demand.owner() ? concerned : tooOld());
            if (!reached) {
                ask.add(token.stream());
            }
            return read(ask);
        }

        /** Segments whose copy here may be older than the caller allows. */
        private Set<Integer> tooOld() {
            long bound = demand.maxStalenessMillis();
            return bound == 0
                    ? Set.of()
                    : concerned.stream()
                            .filter(segment -> staleness(segment) < 0 || staleness(segment) > bound)
                            .collect(Collectors.toCollection(TreeSet::new));
        }

        /** @param demanded segments for which this node's word is not enough, however good its copy */
        private CompletableFuture<Answer> read(Set<Integer> demanded) {
            Set<Integer> ask = new TreeSet<>(demanded);
            concerned.stream().filter(segment -> !intact(segment)).forEach(ask::add);
            Set<Integer> here = new TreeSet<>(concerned);
            here.removeAll(ask);
            Answer local = readHere(here);
            if (ask.isEmpty() && !local.allocations().isEmpty()) {
                return CompletableFuture.completedFuture(local);
            }
            Set<Integer> first = ask.isEmpty() ? here : ask;
            Answer doubtful = ask.isEmpty() || strict() ? NOTHING : readHere(concerned);
            return owners.ask(question(!ask.isEmpty(), doubtful), first)
                    .handle((words, failure) -> {
                        if (words != null) {
                            return withOwners(words, first, local.allocations(), local.asOf());
                        }
                        return doubtful.allocations().isEmpty()
                                ? CompletableFuture.<Answer>failedFuture(failure)
                                : CompletableFuture.completedFuture(doubtful);
                    })
                    .thenCompose(Function.identity());
        }

        /** @param doubtful what to say in the end if nobody answers */
        private OwnerReads.Question question(boolean notGoodEnough, Answer doubtful) {
            Reason otherwise =
                    notGoodEnough && strict() && !demand.owner() ? Reason.STALE_READ : Reason.OWNER_UNREACHABLE;
            long now = System.nanoTime();
            long nanos = deadlineNanos - now;
            return new OwnerReads.Question(
                    inquiry,
                    otherwise,
                    now + (doubtful.allocations().isEmpty() ? nanos : Math.min(nanos, DOUBT_NANOS)));
        }

        /** Not just anything that was found will do. */
        private boolean strict() {
            return demand.token() != null || demand.maxStalenessMillis() > 0 || demand.owner();
        }

        private Answer readHere(Set<Integer> segments) {
            List<AsOf> asOf = segments.stream()
                    .map(LocalLookups.this::asOf)
                    .toList(); // before the rows: they are at least of then
            List<Allocation> found = new ArrayList<>();
            reader.read(inquiry, segments).values().forEach(found::addAll);
            return answer(found, asOf);
        }

        private CompletableFuture<Answer> withOwners(
                List<Word> words, Set<Integer> asked, List<Allocation> foundHere, List<AsOf> asOfHere) {
            for (Word word : words) {
                requireToken(word);
            }
            List<Allocation> found = new ArrayList<>(foundHere);
            words.forEach(word -> found.addAll(word.allocations()));
            List<AsOf> asOf = new ArrayList<>(asOfHere);
            asOf.removeIf(row -> asked.contains(row.segment()));
            words.forEach(word -> asOf.add(asOf(word)));
            Set<Integer> rest = new TreeSet<>(certain(words) ? concerned : segments(null));
            rest.removeAll(asked);
            if (!found.isEmpty() || rest.isEmpty()) {
                return CompletableFuture.completedFuture(answer(found, asOf));
            }
            return owners.ask(new OwnerReads.Question(inquiry, Reason.OWNER_UNREACHABLE, deadlineNanos), rest)
                    .thenCompose(more -> {
                        List<Word> all = new ArrayList<>(words);
                        all.addAll(more);
                        rest.addAll(asked);
                        return withOwners(all, rest, foundHere, List.of());
                    });
        }

        /** The pool that this node knows at the address may have ended, and another segment's have taken its place. */
        private boolean certain(List<Word> words) {
            return inquiry.address() == null || words.stream().anyMatch(Word::poolOpen);
        }

        private void requireToken(Word word) {
            Token token = demand.token();
            if (token == null || token.stream() != word.segment()) {
                return;
            }
            boolean gone = word.incarnation() > token.incarnation()
                    || (word.incarnation() == token.incarnation() && word.seq() < token.seq());
            if (gone) {
                throw lost(token);
            }
        }

        private Answer answer(List<Allocation> found, List<AsOf> asOf) {
            return new Answer(
                    found.stream().sorted(SHOWN_ORDER).toList(),
                    asOf.stream().sorted(Comparator.comparingInt(AsOf::segment)).toList());
        }

        /** The owner proved itself after it was asked. */
        private AsOf asOf(Word word) {
            long sinceAsked = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos) + 1;
            return new AsOf(word.segment(), word.incarnation(), word.seq(), sinceAsked, Role.OWNER);
        }

        private boolean intact(int segment) {
            return sources.intact.test(segment);
        }

        private long staleness(int segment) {
            return sources.cluster.stalenessMillis(segment);
        }
    }

    private static ProblemException lost(Token token) {
        return Problem.of(
                        Reason.WRITE_LOST,
                        "the write that the token names is not in segment %d any more: the segment was rebuilt without"
                                + " it; look the subscriber up without the token and write again",
                        token.stream())
                .exception();
    }
}
