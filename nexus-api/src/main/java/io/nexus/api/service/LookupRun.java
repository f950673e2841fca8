package io.nexus.api.service;

import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.service.ConfirmedReader.Word;
import io.nexus.api.service.Gathered.Part;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.crdt.Branches.Coverage;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One lookup on its way: waits for the write that the caller names, reads this node's copies, and asks owners as long
 * as something of the answer is too old, or nothing was found and an owner concerned has not said so.
 */
final class LookupRun {
    private static final long TOKEN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long the owner is waited for where a copy that may be wrong could answer. */
    private static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final LocalLookups.Sources sources;
    private final OwnCopies copies;
    private final StoreReader reader;
    private final OwnerReads owners;
    private final Executor executor;
    private final Question question;
    private final Demand demand;

    /**
     * What is asked.
     *
     * @param concerned segments in which the answer may be, as far as this node knows
     * @param all segments in which it may be whatever this node knows
     */
    record Question(Inquiry inquiry, Set<Integer> concerned, Set<Integer> all, Demand demand, long deadlineNanos) {}

    LookupRun(
            LocalLookups.Sources sources,
            OwnCopies copies,
            StoreReader reader,
            OwnerReads owners,
            Executor executor,
            Question question) {
        this.sources = sources;
        this.copies = copies;
        this.reader = reader;
        this.owners = owners;
        this.executor = executor;
        this.question = question;
        this.demand = question.demand;
    }

    CompletableFuture<Answer> answer() {
        Token token = demand.token();
        if (token == null || !question.concerned.contains(token.stream())) {
            return CompletableFuture.completedFuture(demand.owner() ? question.concerned : Set.<Integer>of())
                    .thenComposeAsync(this::read, executor);
        }
        long nanos = Math.min(TOKEN_WAIT_NANOS, question.deadlineNanos - System.nanoTime());
        return sources.waiters()
                .await(token, demand.owner() ? 0 : nanos)
                .thenComposeAsync(coverage -> afterWaiting(token, coverage), executor);
    }

    private CompletableFuture<Answer> afterWaiting(Token token, Coverage coverage) {
        if (coverage == Coverage.LOST) {
            return CompletableFuture.failedFuture(lost(token));
        }
        Set<Integer> ask = new TreeSet<>(demand.owner() ? question.concerned : Set.of());
        if (coverage != Coverage.SATISFIED) {
            ask.add(token.stream());
        }
        return read(ask);
    }

    /** @param demanded segments for which this node's word is not enough, however good its copy */
    private CompletableFuture<Answer> read(Set<Integer> demanded) {
        Set<Integer> ask = new TreeSet<>(demanded);
        question.concerned.stream().filter(segment -> !copies.intact(segment)).forEach(ask::add);
        Set<Integer> here = new TreeSet<>(question.concerned);
        here.removeAll(ask);
        Gathered local = readHere(here);
        if (ask.isEmpty()) {
            return complete(local);
        }
        Gathered doubtful = strict() ? Gathered.NOTHING : readHere(question.concerned);
        return ask(local, ask, strict() && !demand.owner(), doubtful.foundAny() ? DOUBT_NANOS : Long.MAX_VALUE)
                .handle((gathered, failure) -> {
                    if (gathered != null) {
                        return complete(gathered);
                    }
                    return doubtful.foundAny()
                            ? CompletableFuture.completedFuture(doubtful.answer(System.nanoTime()))
                            : CompletableFuture.<Answer>failedFuture(failure);
                })
                .thenCompose(Function.identity());
    }

    /** Answers if what was gathered is enough, else asks for what is open. Each round confirms at least one segment. */
    private CompletableFuture<Answer> complete(Gathered gathered) {
        long now = System.nanoTime();
        long bound = demand.maxStalenessMillis();
        Set<Integer> tooOld = bound == 0 ? Set.of() : gathered.olderThan(bound, now);
        Set<Integer> open = tooOld.isEmpty() && !gathered.foundAny() ? unasked(gathered) : tooOld;
        return open.isEmpty()
                ? CompletableFuture.completedFuture(gathered.answer(now))
                : ask(gathered, open, !tooOld.isEmpty(), Long.MAX_VALUE).thenCompose(this::complete);
    }

    /** Whose word is missing for "there is none". A pool may have ended, and another segment taken its place. */
    private Set<Integer> unasked(Gathered gathered) {
        Set<Integer> unasked = new TreeSet<>(question.concerned);
        unasked.removeAll(gathered.confirmed());
        if (unasked.isEmpty() && !gathered.poolOpen()) {
            unasked.addAll(question.all);
            unasked.removeAll(gathered.confirmed());
        }
        return unasked;
    }

    private CompletableFuture<Gathered> ask(Gathered before, Set<Integer> segments, boolean stale, long patience) {
        long now = System.nanoTime();
        long deadline = now + Math.min(question.deadlineNanos - now, patience);
        Reason otherwise = stale ? Reason.STALE_READ : Reason.OWNER_UNREACHABLE;
        return owners.ask(new OwnerReads.Question(question.inquiry, otherwise, deadline), segments)
                .thenApply(words -> {
                    words.forEach(this::requireToken);
                    return before.with(words, now);
                });
    }

    /** Not just anything that was found will do. */
    private boolean strict() {
        return demand.token() != null || demand.maxStalenessMillis() > 0 || demand.owner();
    }

    /* --------------- this node's copies --------------- */

    private Gathered readHere(Set<Integer> segments) {
        List<Part> empty = segments.stream().map(copies::part).toList(); // before the rows: they are at least of then
        Map<Integer, List<Allocation>> rows = reader.read(question.inquiry, segments);
        List<Part> parts = new ArrayList<>();
        for (Part part : empty) {
            parts.add(new Part(
                    part.segment(),
                    part.incarnation(),
                    part.seq(),
                    part.role(),
                    false,
                    part.known(),
                    part.asOfNanos(),
                    rows.getOrDefault(part.segment(), List.of())));
        }
        return Gathered.here(parts);
    }

    /* --------------- the token --------------- */

    /** The owner has everything that was acknowledged before it was asked; what it has not was never acknowledged. */
    private void requireToken(Word word) {
        Token token = demand.token();
        if (token == null || token.stream() != word.segment() || word.coverage() == Coverage.SATISFIED) {
            return;
        }
        if (word.coverage() == Coverage.LOST) {
            throw lost(token);
        }
        if (word.incarnation() >= token.incarnation()) {
            throw Problem.field(
                            "token",
                            "names write %d of segment %d, which was never made: its owner is at %d; use the tokens"
                                    + " that this cluster gave",
                            token.seq(),
                            token.stream(),
                            word.seq())
                    .exception();
        }
        throw Problem.retry(
                        Reason.STALE_READ,
                        RETRY_AFTER,
                        "the token is of incarnation %d of segment %d, whose owner knows only %d; try again in a"
                                + " second, or look it up without the token",
                        token.incarnation(),
                        token.stream(),
                        word.incarnation())
                .exception();
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
