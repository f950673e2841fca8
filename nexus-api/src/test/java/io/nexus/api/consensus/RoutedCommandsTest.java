package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nexus.api.consensus.GroupLog.Standing;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoutedCommandsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(800);
    private static final List<String> SEATS = List.of("a", "b");

    private final RoutingNode a = new RoutingNode("a", SEATS);
    private final RoutingNode b = new RoutingNode("b", SEATS);
    private final RoutingNode c = new RoutingNode("c", SEATS);
    private final FakeLog logA = new FakeLog();
    private final FakeLog logB = new FakeLog();

    @BeforeEach
    void start() {
        a.start();
        b.start();
        c.start();
        RoutingNode.connect(a, b, c);
        a.host(1, logA);
        b.host(1, logB);
        logA.leader("a");
        logB.leader("a");
        logB.standing(Standing.NOT_LEADER);
        a.knowOwner(1, "a");
        b.knowOwner(1, "a");
    }

    @AfterEach
    void close() {
        c.close();
        b.close();
        a.close();
    }

    /* --------------- the way to the owner --------------- */

    @Test
    void submit_onOwner_isDecided() throws Exception {
        logA.answering();

        assertThat(answer(a.submit(1, LONG))).isEqualTo("1@1");
    }

    @Test
    void submit_onMember_isForwarded() throws Exception {
        logA.answering();

        assertThat(answer(b.submit(1, LONG))).isEqualTo("1@1");
        assertThat(logB.proposals()).isEmpty();
    }

    @Test
    void submit_onNodeWithoutSeat_findsOwnerThroughMembers() throws Exception {
        logA.answering();

        assertThat(answer(c.submit(1, LONG))).isEqualTo("1@1");
        assertThat(answer(c.submit(2, LONG))).isEqualTo("2@2");
    }

    @Test
    void submit_many_arePackedAndAllAnswered() throws Exception {
        logA.answering();
        List<CompletableFuture<Decided>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(b.submit(i, LONG));
            if (i % 50 == 49) {
                await("room for more").until(() -> b.router().pending() < 10);
            }
        }

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answer(answers.get(i))).startsWith(i + "@");
        }
        assertThat(b.counted(ConsensusMetrics.FORWARD_COMMANDS, "peer", "a")).isEqualTo(1_000);
        assertThat(b.counted(ConsensusMetrics.FORWARD_FRAMES, "peer", "a")).isLessThan(1_000);
    }

    @Test
    void submit_noOwnerForLong_firstCallerHearsSoon() throws Exception {
        logA.standing(Standing.NOT_LEADER);
        logA.leader(null);
        logB.leader(null);
        a.knowOwner(1, null);
        b.knowOwner(1, null);
        c.knowOwner(1, null);
        long start = System.nanoTime();
        c.router().look(1, start - TimeUnit.SECONDS.toNanos(5));
        c.router().look(1, start);

        assertThat(problem(c.submit(1, LONG)).reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    /* --------------- after a pause of the process --------------- */

    @Test
    void submit_afterAPause_isRefusedAndChangesNothing() throws Exception {
        logA.answering();
        a.standStill();

        assertThat(problem(a.submit(1, LONG)).reason()).isEqualTo(Reason.NODE_STARTING);
        assertThat(logA.proposals()).isEmpty();
        assertThat(a.counted(ConsensusMetrics.PAUSES)).isEqualTo(1);
    }

    @Test
    void submit_ownerStoodStill_isNotProposedThere() throws Exception {
        logA.answering();
        a.standStill();

        assertThat(problem(b.submit(1, SHORT)).reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(logA.proposals()).isEmpty();
        assertThat(b.counted(ConsensusMetrics.RETRIES)).isPositive();
    }

    /* --------------- another attempt --------------- */

    @Test
    void submit_ownerNotReadyYet_waitsForIt() throws Exception {
        logA.standing(Standing.NOT_READY);
        CompletableFuture<Decided> answer = b.submit(1, LONG);
        await("some attempts").until(() -> b.counted(ConsensusMetrics.RETRIES) > 2);

        logA.answering().standing(Standing.READY);

        assertThat(answer(answer)).isEqualTo("1@1");
    }

    @Test
    void submit_outcomeUnknown_isProposedAgainUnderTheSameId() throws Exception {
        CompletableFuture<Decided> answer = b.submit(7, LONG);
        await("first proposal").until(() -> logA.proposals().size() == 1);
        logA.refuse(0, SubmitFailure.UNKNOWN);
        await("second proposal").until(() -> logA.proposals().size() == 2);
        logA.apply(1);

        assertThat(answer(answer)).isEqualTo("7@1");
        assertThat(logA.proposals()).extracting(FakeLog.Proposal::ids).containsOnly(List.of(7L));
    }

    @Test
    void submit_ownerChangesInMidFlight_goesToTheNewOne() throws Exception {
        CompletableFuture<Decided> answer = c.submit(1, LONG);
        await("proposal on the old owner").until(() -> logA.proposals().size() == 1);

        logB.answering().standing(Standing.READY);
        c.knowOwner(1, "b");

        assertThat(answer(answer)).isEqualTo("1@1");
        assertThat(logB.proposals()).extracting(FakeLog.Proposal::ids).containsExactly(List.of(1L));
    }

    @Test
    void submit_ownerDies_goesToTheNewOne() throws Exception {
        CompletableFuture<Decided> answer = c.submit(1, LONG);
        await("proposal on the old owner").until(() -> logA.proposals().size() == 1);

        a.stopServing();
        logB.answering().leader("b");
        logB.standing(Standing.READY);
        b.knowOwner(1, "b");
        c.knowOwner(1, "b");

        assertThat(answer(answer)).isEqualTo("1@1");
        assertThat(c.counted(ConsensusMetrics.FORWARD_BREAKS, "peer", "a")).isPositive();
    }

    /* --------------- no answer --------------- */

    @Test
    void submit_noLeader_saysSoBeforeTheDeadline() throws Exception {
        logA.standing(Standing.NOT_LEADER);
        logA.leader(null);
        logB.leader(null);
        a.knowOwner(1, null);

        Problem problem = problem(a.submit(1, SHORT));

        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(problem.retryAfter()).isNotNull();
        assertThat(problem.message()).contains("Segment 1");
    }

    @Test
    void submit_ownerUnreachable_isCertainlyNotApplied() throws Exception {
        c.connect("a", unusedPort());
        c.knowOwner(1, "a");

        Problem problem = problem(c.submit(1, SHORT));

        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(problem.message()).contains("last known: a");
    }

    @Test
    void submit_ownerSilent_isUnknown() throws Exception {
        Problem problem = problem(b.submit(1, SHORT));

        assertThat(problem.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
        assertThat(logA.proposals()).hasSize(1);
    }

    @Test
    void submit_waitingOnOwner_isWithdrawn() throws Exception {
        CompletableFuture<Decided> first = a.submit(1, LONG);
        await("first batch").until(() -> logA.proposals().size() == 1);
        CompletableFuture<Decided> second = a.submit(2, LONG);
        await("second batch").until(() -> logA.proposals().size() == 2);

        Problem problem = problem(a.submit(3, SHORT));
        logA.answering();
        logA.apply(0);
        logA.apply(1);

        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(answer(first)).isEqualTo("1@1");
        assertThat(answer(second)).isEqualTo("2@2");
        assertThat(logA.proposals()).hasSize(2);
    }

    @Test
    void submit_ownerOverloaded_isToldAtOnce() throws Exception {
        a.host(1, new FakeLog());
        List<CompletableFuture<Decided>> answers = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            answers.add(c.submit(i, LONG)); // the link takes 64
        }

        await("a refusal").until(() -> answers.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
        CompletableFuture<Decided> refused = answers.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .findFirst()
                .orElseThrow();
        assertThat(problem(refused).reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(problem(refused).retryAfter()).isNotNull();
    }

    @Test
    void submit_tooManyPending_isOverloaded() throws Exception {
        for (int i = 0; i < 100; i++) {
            var unused = a.submit(i, LONG);
        }

        Problem problem = problem(a.submit(100, LONG));

        assertThat(problem.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(a.router().pending()).isEqualTo(100);
    }

    @Test
    void submit_longOutage_isAnsweredSoon() throws Exception {
        logA.standing(Standing.NOT_LEADER);
        await("an outage longer than patience").atMost(LONG).until(() -> {
            CompletableFuture<Decided> answer = a.submit(1, LONG);
            try {
                answer.get(500, TimeUnit.MILLISECONDS);
                return false;
            } catch (java.util.concurrent.TimeoutException stillPatient) {
                return false;
            } catch (ExecutionException toldSoon) {
                return true;
            }
        });

        logA.answering().standing(Standing.READY);
        assertThat(answer(a.submit(2, LONG))).startsWith("2@");
    }

    @Test
    void submit_tooLarge_isRefused() throws Exception {
        Command large = new Command.FindPool("p".repeat(2_000));

        Problem problem = problem(a.router().submit(1, 1, large, System.nanoTime() + LONG.toNanos()));

        assertThat(problem.reason()).isEqualTo(Reason.MESSAGE_TOO_LARGE);
    }

    @Test
    void submit_deadlinePassed_isNotTried() throws Exception {
        Problem problem = problem(a.submit(1, Duration.ofMillis(-1)));

        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
        assertThat(logA.proposals()).isEmpty();
    }

    @Test
    void close_pending_areAnswered() {
        CompletableFuture<Decided> proposed = a.submit(1, LONG);
        await("proposal").until(() -> logA.proposals().size() == 1);

        a.close();

        assertThat(proposed).failsWithin(LONG).withThrowableThat().withMessageContaining("OUTCOME_UNKNOWN");
        assertThat(a.submit(2, LONG)).failsWithin(LONG).withThrowableThat().withMessageContaining("shutting down");
    }

    @Test
    void forward_otherCluster_isRefused() throws Exception {
        try (RoutingNode stranger = new RoutingNode("x", SEATS, "another").start()) {
            RoutingNode.connect(stranger, a);
            stranger.knowOwner(1, "a");

            assertThat(problem(stranger.submit(1, SHORT)).reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
            assertThat(logA.proposals()).isEmpty();
        }
    }

    /* --------------- parts --------------- */

    private static String answer(CompletableFuture<Decided> future) throws Exception {
        Decided decided = future.get(30, TimeUnit.SECONDS);
        return ((Outcome.Rejected) decided.outcome()).detail() + "@"
                + decided.token().seq();
    }

    private static Problem problem(CompletableFuture<Decided> future) throws Exception {
        try {
            return org.assertj.core.api.Assertions.fail("decided: %s", future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return ((ProblemException) e.getCause()).problem();
        }
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
