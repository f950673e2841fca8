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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the owners of segments, one call for each node and all at once; follows a change of the owner once. Never
 * blocks; fails with the reason that the caller gave where an owner cannot be asked.
 */
final class OwnerReads {
    private static final int ATTEMPTS_MAX = 2;
    private static final long CALL_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Peers peers;
    private final GroupView groups;
    private final ConfirmedReader self;
    private final Supplier<String> clusterId;

    OwnerReads(Peers peers, GroupView groups, ConfirmedReader self, Supplier<String> clusterId) {
        this.peers = peers;
        this.groups = groups;
        this.self = self;
        this.clusterId = clusterId;
    }

    /** @param otherwise the reason to fail with */
    record Question(Inquiry inquiry, Reason otherwise, long deadlineNanos) {}

    /** One confirmed word for each segment, or a failure. */
    CompletableFuture<List<Word>> ask(Question question, Set<Integer> segments) {
        Map<Integer, String> owners = new TreeMap<>();
        for (int segment : segments) {
            @Nullable String owner = groups.owner(segment);
            if (owner == null) {
                return CompletableFuture.failedFuture(unreachable(question, segment, "it has no owner at the moment"));
            }
            owners.put(segment, owner);
        }
        return ask(question, owners, 1);
    }

    private CompletableFuture<List<Word>> ask(Question question, Map<Integer, String> owners, int attempt) {
        Map<String, Set<Integer>> byNode = new TreeMap<>();
        owners.forEach((segment, node) ->
                byNode.computeIfAbsent(node, n -> new TreeSet<>()).add(segment));
        CompletableFuture<List<Word>> all = CompletableFuture.completedFuture(List.of());
        for (Map.Entry<String, Set<Integer>> one : byNode.entrySet()) {
            CompletableFuture<List<Word>> words = askNode(question, one.getKey(), one.getValue())
                    .thenCompose(reply -> completed(question, one.getKey(), reply, attempt));
            all = all.thenCombine(words, OwnerReads::joined);
        }
        return all;
    }

    /** @param hints who leads instead, for segments that were not confirmed */
    private record Reply(List<Word> words, Map<Integer, String> hints) {}

    private CompletableFuture<Reply> askNode(Question question, String node, Set<Integer> segments) {
        if (node.equals(peers.selfId())) {
            return self.read(question.inquiry, segments).thenApply(words -> new Reply(words, Map.of()));
        }
        Channel channel = peers.live(node);
        if (channel == null) {
            int segment = segments.iterator().next();
            return CompletableFuture.failedFuture(unreachable(question, segment, "its owner left the cluster"));
        }
        long nanos = Math.min(CALL_NANOS, question.deadlineNanos - System.nanoTime());
        OwnerLookupRequest.Builder request = OwnerLookupRequest.newBuilder()
                .setClusterId(clusterId.get())
                .addAllSegments(segments)
                .setBudgetMs(TimeUnit.NANOSECONDS.toMillis(nanos));
        OwnerWire.put(question.inquiry, request);
        Answering answering = new Answering(question, node, segments);
        OwnerReadServiceGrpc.newStub(channel)
                .withDeadlineAfter(Math.max(1, nanos), TimeUnit.NANOSECONDS)
                .ownerLookup(request.build(), answering);
        return answering.reply;
    }

    /** Asks once more where the owner is another one by now. */
    private CompletableFuture<List<Word>> completed(Question question, String asked, Reply reply, int attempt) {
        List<Word> confirmed = new ArrayList<>();
        Map<Integer, String> again = new TreeMap<>();
        for (Word word : reply.words) {
            if (word.confirmed()) {
                confirmed.add(word);
                continue;
            }
            @Nullable String next = reply.hints.getOrDefault(word.segment(), groups.owner(word.segment()));
            if (next == null || next.equals(asked) || attempt == ATTEMPTS_MAX) {
                return CompletableFuture.failedFuture(
                        unreachable(question, word.segment(), "node " + asked + " could not prove that it leads it"));
            }
            again.put(word.segment(), next);
        }
        return again.isEmpty()
                ? CompletableFuture.completedFuture(confirmed)
                : ask(question, again, attempt + 1).thenApply(words -> joined(confirmed, words));
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

        private Answering(Question question, String node, Set<Integer> segments) {
            this.question = question;
            this.node = node;
            this.segments = segments;
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
                                answer.getPoolOpen()));
                if (!answer.getLeaderHint().isEmpty()) {
                    hints.put(answer.getSegment(), answer.getLeaderHint());
                }
            }
            return new Reply(List.copyOf(words.values()), hints);
        }

        @Override
        public void onError(Throwable cause) {
            String why = "node " + node + " did not answer ("
                    + Status.fromThrowable(cause).getCode() + ")";
            reply.completeExceptionally(
                    unreachable(question, segments.iterator().next(), why));
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.asRuntimeException()); // does nothing where an answer came
        }
    }
}
