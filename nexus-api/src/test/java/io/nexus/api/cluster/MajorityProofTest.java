package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.peer.v1.HeartbeatReply;
import io.nexus.api.peer.v1.HeartbeatRequest;
import io.nexus.api.peer.v1.LeadClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class MajorityProofTest {
    private static final List<String> MEMBERS = List.of("a", "b", "c");

    private final FakeGroups groups = new FakeGroups();
    private final TurnExecutor thread = new TurnExecutor();
    private final List<Sent> sent = new ArrayList<>();
    private final List<MajorityProof.Proof> proven = new ArrayList<>();
    private long now = 1;

    private final MajorityProof proof = new MajorityProof(
            new LocalState("a", groups, new FakeStore(), segment -> true, () -> now),
            (node, request) -> {
                Sent each = new Sent(node, request, new CompletableFuture<>());
                sent.add(each);
                return each.reply;
            },
            new EventThread(thread),
            Runnable::run,
            (segment, proof) -> proven.add(proof));

    private record Sent(String node, HeartbeatRequest request, CompletableFuture<HeartbeatReply> reply) {
        void agree() {
            HeartbeatReply.Builder answer = HeartbeatReply.newBuilder().setNodeId(node);
            request.getClaimsList().stream().map(LeadClaim::getSegment).forEach(answer::addConfirmed);
            reply.complete(answer.build());
        }

        void disagree() {
            reply.complete(HeartbeatReply.newBuilder().setNodeId(node).build());
        }
    }

    @Test
    void confirm_majorityAgrees_isTrueAsOfTheQuestion() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        assertThat(sent).extracting(Sent::node).containsExactly("b", "c");
        assertThat(sent.get(0).request.getProofOnly()).isTrue();
        assertThat(answer).isNotDone();
        now = 50;
        sent.get(1).agree();
        thread.runAll();
        assertThat(answer).isCompletedWithValue(true);
        assertThat(proof.proof(1)).isEqualTo(new MajorityProof.Proof(7, 1));
    }

    @Test
    void confirm_notLeader_isFalseAtOnce() {
        groups.follows(1, 7, "b", MEMBERS);
        assertThat(ask(1)).isCompletedWithValue(false);
        assertThat(ask(2)).isCompletedWithValue(false);
        assertThat(sent).isEmpty();
    }

    @Test
    void confirm_onlyMember_isTrueAtOnce() {
        groups.leads(1, 7, "a", List.of("a"));
        assertThat(ask(1)).isCompletedWithValue(true);
        assertThat(sent).isEmpty();
    }

    @Test
    void confirm_twoMembers_needsTheOther() {
        groups.leads(1, 7, "a", List.of("a", "b"));
        CompletableFuture<Boolean> answer = ask(1);
        assertThat(answer).isNotDone();
        sent.get(0).agree();
        thread.runAll();
        assertThat(answer).isCompletedWithValue(true);
    }

    @Test
    void confirm_duringAChangeOfMembers_needsAMajorityOfAllConcerned() {
        groups.leads(1, 7, "a", List.of("a", "b", "c", "d"));
        CompletableFuture<Boolean> answer = ask(1);
        sent.get(0).agree();
        thread.runAll();
        assertThat(answer).isNotDone();
        sent.get(2).agree();
        thread.runAll();
        assertThat(answer).isCompletedWithValue(true);
    }

    @Test
    void confirm_membersChangedMeanwhile_countsNothing() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        groups.leads(1, 7, "a", List.of("a", "c", "d"));
        sent.get(0).agree();
        thread.runAll();
        assertThat(answer).isNotDone();
    }

    @Test
    void confirm_answerToAnEarlierQuestion_doesNotCount() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> first = ask(1);
        CompletableFuture<Boolean> second = ask(1);
        assertThat(sent).hasSize(2);
        sent.get(0).agree();
        thread.runAll();
        assertThat(first).isCompletedWithValue(true);
        assertThat(second).isNotDone();
        assertThat(sent).as("the second round begins when the first is decided").hasSize(4);
        sent.get(1).agree();
        thread.runAll();
        assertThat(second).isNotDone();
        sent.get(2).agree();
        thread.runAll();
        assertThat(second).isCompletedWithValue(true);
    }

    @Test
    void confirm_manyQuestionsMeanwhile_shareOneRound() {
        groups.leads(1, 7, "a", MEMBERS);
        groups.leads(2, 3, "a", List.of("a", "d", "e"));
        ask(1);
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(ask(1));
            answers.add(ask(2));
        }
        sent.forEach(Sent::agree);
        thread.runAll();
        assertThat(sent).extracting(Sent::node).containsExactly("b", "c", "b", "c", "d", "e");
        sent.forEach(Sent::agree);
        thread.runAll();
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(true));
    }

    @Test
    void confirm_cutOff_isFalseWithinASecond() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        for (int i = 0; i < 20 && !answer.isDone(); i++) {
            now += TimeUnit.MILLISECONDS.toNanos(50);
            thread.fireTimers();
        }
        assertThat(answer).isCompletedWithValue(false);
        assertThat(proven).isEmpty();
        assertThat(sent).as("no more than eight open questions to each").hasSizeLessThanOrEqualTo(16);
    }

    @Test
    void confirm_followersHaveALaterTerm_neverTrue() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        for (int i = 0; i < 40 && !answer.isDone(); i++) {
            now += TimeUnit.MILLISECONDS.toNanos(50);
            List.copyOf(sent).forEach(Sent::disagree);
            thread.fireTimers();
        }
        assertThat(answer).isCompletedWithValue(false);
    }

    @Test
    void confirm_deposedWhileAsking_isFalse() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        groups.follows(1, 8, "b", MEMBERS);
        sent.forEach(Sent::agree);
        thread.fireTimers();
        assertThat(answer).isCompletedWithValue(false);
    }

    @Test
    void confirm_firstRoundLost_isAskedAgain() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        sent.forEach(each -> each.reply.completeExceptionally(new IllegalStateException("connection reset")));
        thread.runAll();
        assertThat(answer).isNotDone();
        thread.fireTimers();
        assertThat(sent).hasSize(4);
        sent.get(3).agree();
        thread.runAll();
        assertThat(answer).isCompletedWithValue(true);
    }

    @Test
    void confirm_heartbeatRoundAfterTheQuestion_counts() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        ProofRound beat = proof.begin(List.of(0, 1, 2));
        proof.agreed(beat, "c", List.of(1));
        assertThat(answer).isCompletedWithValue(true);
    }

    @Test
    void confirm_afterStop_isFalse() {
        groups.leads(1, 7, "a", MEMBERS);
        MajorityProof stopped = new MajorityProof(
                new LocalState("a", groups, new FakeStore(), segment -> true, () -> now),
                (node, request) -> new CompletableFuture<>(),
                new EventThread(stoppedThread()),
                Runnable::run,
                (segment, proof) -> {});
        assertThat(stopped.confirm(1)).isCompletedWithValue(false);
    }

    @Test
    void stop_openQuestions_areRefused() {
        groups.leads(1, 7, "a", MEMBERS);
        CompletableFuture<Boolean> answer = ask(1);
        proof.stop();
        assertThat(answer).isCompletedWithValue(false);
        assertThat(ask(1)).isCompletedWithValue(false);
    }

    private static ScheduledExecutorService stoppedThread() {
        ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(1);
        executor.shutdownNow();
        return executor;
    }

    private CompletableFuture<Boolean> ask(int segment) {
        CompletableFuture<Boolean> answer = proof.confirm(segment);
        thread.runAll();
        return answer;
    }
}
