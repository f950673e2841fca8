package io.nexus.api.service;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.nexus.api.cluster.Peers;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.peer.v1.OwnerAnswer;
import io.nexus.api.peer.v1.OwnerLookupReply;
import io.nexus.api.peer.v1.OwnerLookupRequest;
import io.nexus.api.peer.v1.OwnerReadServiceGrpc;
import io.nexus.api.service.ConfirmedReader.Word;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the owners of segments, one call for each node and all at once. While a segment has no owner that answers, as
 * between the death of one and the election of the next, it is asked for again every {@value #PAUSE_MILLIS} ms, for
 * four seconds at most and within the caller's deadline. Never blocks; fails with the reason that the caller gave where
 * an owner cannot be asked.
 */
final class OwnerReads {
    private static final int PAUSE_MILLIS = 150;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final long CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(1_200);
    /** So much earlier than the caller gives up, it hears why. */
    private static final long SPARE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int ATTEMPTS_MAX = 30;
    /** Pauses at one time; whoever comes beyond fails at once. */
    private static final int PAUSES_MAX = 1_024;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Asking again would be answered with the same. */
    private static final Set<Status.Code> FINAL =
            EnumSet.of(Status.Code.FAILED_PRECONDITION, Status.Code.INVALID_ARGUMENT);

    private final Peers peers;
    private final GroupView groups;
    private final ConfirmedReader self;
    private final Supplier<String> clusterId;
    private final Executor executor;
    private final AtomicInteger pauses = new AtomicInteger();

    /** @param executor goes on after a pause; where it refuses to, the question fails with its refusal */
    OwnerReads(Peers peers, GroupView groups, ConfirmedReader self, Supplier<String> clusterId, Executor executor) {
        this.peers = peers;
        this.groups = groups;
        this.self = self;
        this.clusterId = clusterId;
        this.executor = executor;
    }

    /** @param otherwise the reason to fail with */
    record Question(Inquiry inquiry, Reason otherwise, long deadlineNanos) {}

    /** One confirmed word for each segment, or a failure. */
    CompletableFuture<List<Word>> ask(Question question, Set<Integer> segments) {
        return new Asking(question).askOwners(segments, 1);
    }

    /**
     * @param hints who leads instead, for segments that were not confirmed
     * @param why no word may be confirmed
     */
    private record Reply(List<Word> words, Map<Integer, String> hints, String why) {
        static Reply none(Set<Integer> segments, String why) {
            return new Reply(segments.stream().map(Word::unconfirmed).toList(), Map.of(), why);
        }
    }

    /** One question on its way; each segment is in one attempt at a time. */
    private final class Asking {
        private final Question question;
        private final long untilNanos;

        private Asking(Question question) {
            long now = System.nanoTime();
            this.question = question;
            this.untilNanos = now + Math.min(PATIENCE_NANOS, question.deadlineNanos - now - SPARE_NANOS);
        }

        private CompletableFuture<List<Word>> askOwners(Set<Integer> segments, int attempt) {
            Map<Integer, String> owners = new TreeMap<>();
            Set<Integer> open = new TreeSet<>();
            for (int segment : segments) {
                @Nullable String owner = groups.owner(segment);
                if (owner == null) {
                    open.add(segment);
                } else {
                    owners.put(segment, owner);
                }
            }
            CompletableFuture<List<Word>> words = askNodes(owners, true, attempt);
            return open.isEmpty()
                    ? words
                    : words.thenCombine(askLater(open, "it has no owner at the moment", attempt), OwnerReads::joined);
        }

        /** @param follow whether to ask at once the node that one of these names in its place */
        private CompletableFuture<List<Word>> askNodes(Map<Integer, String> owners, boolean follow, int attempt) {
            Map<String, Set<Integer>> byNode = new TreeMap<>();
            owners.forEach((segment, node) ->
                    byNode.computeIfAbsent(node, n -> new TreeSet<>()).add(segment));
            CompletableFuture<List<Word>> all = CompletableFuture.completedFuture(List.of());
            for (Map.Entry<String, Set<Integer>> one : byNode.entrySet()) {
                CompletableFuture<List<Word>> words = askNode(question, one.getKey(), one.getValue())
                        .thenCompose(reply -> completed(one.getKey(), reply, follow, attempt));
                all = all.thenCombine(words, OwnerReads::joined);
            }
            return all;
        }

        /** Asks again for what is open: another owner if one is known by now, else after a pause. */
        private CompletableFuture<List<Word>> completed(String asked, Reply reply, boolean follow, int attempt) {
            List<Word> confirmed = new ArrayList<>();
            Map<Integer, String> elsewhere = new TreeMap<>();
            Set<Integer> open = new TreeSet<>();
            for (Word word : reply.words) {
                @Nullable String next = reply.hints.getOrDefault(word.segment(), groups.owner(word.segment()));
                if (word.confirmed()) {
                    confirmed.add(word);
                } else if (follow && next != null && !next.equals(asked)) {
                    elsewhere.put(word.segment(), next);
                } else {
                    open.add(word.segment());
                }
            }
            CompletableFuture<List<Word>> all = CompletableFuture.completedFuture(confirmed);
            if (!elsewhere.isEmpty()) {
                all = all.thenCombine(askNodes(elsewhere, false, attempt), OwnerReads::joined);
            }
            return open.isEmpty() ? all : all.thenCombine(askLater(open, reply.why, attempt), OwnerReads::joined);
        }

        private CompletableFuture<List<Word>> askLater(Set<Integer> open, String why, int attempt) {
            boolean inTime = System.nanoTime() + PAUSE_NANOS - untilNanos <= 0 && attempt < ATTEMPTS_MAX;
            if (!inTime || pauses.getAndUpdate(n -> Math.min(n + 1, PAUSES_MAX)) == PAUSES_MAX) {
                int segment = open.iterator().next();
                return CompletableFuture.failedFuture(unreachable(question, segment, why));
            }
            return new CompletableFuture<Boolean>()
                    .completeOnTimeout(true, PAUSE_NANOS, TimeUnit.NANOSECONDS)
                    .whenComplete((over, failure) -> pauses.decrementAndGet())
                    .thenComposeAsync(over -> askOwners(open, attempt + 1), executor);
        }
    }

    private CompletableFuture<Reply> askNode(Question question, String node, Set<Integer> segments) {
        String unproven = "node " + node + " could not prove that it leads it";
        if (node.equals(peers.selfId())) {
            return self.read(question.inquiry, segments).thenApply(words -> new Reply(words, Map.of(), unproven));
        }
        Channel channel = peers.live(node);
        if (channel == null) {
            return CompletableFuture.completedFuture(Reply.none(segments, "its owner left the cluster"));
        }
        long nanos = callNanos(question.deadlineNanos - System.nanoTime());
        OwnerLookupRequest.Builder request = OwnerLookupRequest.newBuilder()
                .setClusterId(clusterId.get())
                .addAllSegments(segments)
                .setBudgetMs(TimeUnit.NANOSECONDS.toMillis(nanos));
        OwnerWire.put(question.inquiry, request);
        Answering answering = new Answering(question, node, segments, unproven);
        OwnerReadServiceGrpc.newStub(channel)
                .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS)
                .ownerLookup(request.build(), answering);
        return answering.reply;
    }

    private static long callNanos(long leftNanos) {
        long left = leftNanos > 2 * SPARE_NANOS ? leftNanos - SPARE_NANOS : leftNanos;
        return Math.max(1, Math.min(CALL_NANOS, left));
    }

    private static List<Word> joined(List<Word> one, List<Word> other) {
        List<Word> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private static ProblemException unreachable(Question question, int segment, String why) {
        return Problem.retry(
                        question.otherwise,
                        RETRY_AFTER,
                        "the owner of segment %d, which alone can answer this for sure, cannot be asked: %s; try again"
                                + " in a second, or ask another node",
                        segment,
                        why)
                .exception();
    }

    private static final class Answering implements StreamObserver<OwnerLookupReply> {
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final Question question;
        private final String node;
        private final Set<Integer> segments;
        private final String unproven;

        private Answering(Question question, String node, Set<Integer> segments, String unproven) {
            this.question = question;
            this.node = node;
            this.segments = segments;
            this.unproven = unproven;
        }

        @Override
        public void onNext(OwnerLookupReply message) {
            try {
                reply.complete(read(message));
            } catch (RuntimeException e) {
                onError(e);
            }
        }

        /** A segment that the peer left out is one that it does not confirm. */
        private Reply read(OwnerLookupReply message) {
            Map<Integer, Word> words = new TreeMap<>();
            Map<Integer, String> hints = new TreeMap<>();
            segments.forEach(segment -> words.put(segment, Word.unconfirmed(segment)));
            for (OwnerAnswer answer : message.getAnswersList()) {
                List<Allocation> allocations = OwnerWire.allocations(answer).stream()
                        .filter(question.inquiry::wants)
                        .toList();
                words.replace(
                        answer.getSegment(),
                        new Word(
                                answer.getSegment(),
                                answer.getConfirmed(),
                                allocations,
                                answer.getIncarnation(),
                                answer.getSeq(),
                                answer.getPoolOpen(),
                                OwnerWire.coverage(answer.getCoverage())));
                if (!answer.getLeaderHint().isEmpty()) {
                    hints.put(answer.getSegment(), answer.getLeaderHint());
                }
            }
            return new Reply(List.copyOf(words.values()), hints, unproven);
        }

        @Override
        public void onError(Throwable cause) {
            Status.Code code = Status.fromThrowable(cause).getCode();
            String why = "node " + node + " did not answer (" + code + ")";
            if (FINAL.contains(code)) {
                reply.completeExceptionally(
                        unreachable(question, segments.iterator().next(), why));
            } else {
                reply.complete(Reply.none(segments, why));
            }
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.asRuntimeException()); // does nothing where an answer came
        }
    }
}
