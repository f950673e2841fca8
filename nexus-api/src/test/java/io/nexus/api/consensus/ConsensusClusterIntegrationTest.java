package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nexus.api.error.ProblemException;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands through a cluster of three on real Ratis, while nodes die and links break. */
@Timeout(180)
class ConsensusClusterIntegrationTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> ABC = List.of("a", "b", "c");

    @TempDir
    Path directory;

    @Test
    void submit_onEveryNodeToEverySegment_isDecidedOnce() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 3).found()) {
            List<CompletableFuture<Decided>> answers = new ArrayList<>();
            for (TestNode node : cluster.nodes()) {
                for (int segment = 0; segment < 3; segment++) {
                    for (int i = 0; i < 200; i++) {
                        answers.add(node.submit(segment, id(node, i), LONG));
                    }
                }
            }
            for (CompletableFuture<Decided> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).token().seq()).isPositive();
            }

            for (int segment = 0; segment < 3; segment++) {
                Map<Long, Long> seen = cluster.owner(segment).seen(segment);
                assertThat(seen).hasSize(600);
                awaitSameEverywhere(cluster, segment, seen);
            }
        }
    }

    @Test
    void ownerKilled_inMidLoad_everyCommandIsDecidedOnce() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 1).found()) {
            TestNode victim = cluster.owner(0);
            List<TestNode> survivors = cluster.others(victim);
            List<CompletableFuture<Decided>> answers = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                answers.add(survivors.get(i % 2).submit(0, i, LONG));
                if (i % 100 == 99) {
                    TestNode sender = survivors.get(0);
                    await("room").atMost(LONG).until(() -> pending(sender) < 1_000);
                }
                if (i == 1_500) {
                    victim.kill();
                }
            }
            for (CompletableFuture<Decided> answer : answers) {
                answer.get(60, TimeUnit.SECONDS);
            }

            Map<Long, Long> seen = cluster.owner(0).seen(0);
            assertThat(seen.keySet()).containsExactlyElementsOf(range(3_000));
            assertThat(seen.values()).as("each once").doesNotHaveDuplicates();
            victim.start();
            awaitSameEverywhere(cluster, 0, seen);
        }
    }

    @Test
    void ownerCutOff_itsCallersHearInTime_theOthersGoOn() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 1).found()) {
            TestNode minority = cluster.owner(0);
            decide(minority, 1);

            cluster.isolate(minority);
            Duration time = Duration.ofSeconds(2);
            List<CompletableFuture<Decided>> answers = new ArrayList<>();
            for (int i = 10; i < 60; i++) {
                answers.add(minority.submit(0, i, time));
            }
            for (CompletableFuture<Decided> answer : answers) {
                assertThat(reason(answer)).isIn(Reason.NO_LEADER, Reason.OUTCOME_UNKNOWN);
            }
            await("the minority to know that nobody leads it").atMost(LONG).until(() -> !minority.leads(0));
            for (int i = 60; i < 63; i++) {
                assertThat(reason(minority.submit(0, i, time))).isEqualTo(Reason.NO_LEADER);
            }
            await("nothing left behind").until(() -> pending(minority) == 0);

            TestNode owner = cluster.owner(0);
            assertThat(owner).isNotSameAs(minority);
            decide(owner, 2);
            cluster.heal();
            decide(minority, 3);
            awaitSameEverywhere(cluster, 0, cluster.owner(0).seen(0));
        }
    }

    @Test
    void overload_isRefusedAndEnds() throws Exception {
        SegmentBatcher.Limits small = new SegmentBatcher.Limits(20, 2, 10_000, 2, 4, Duration.ofSeconds(10));
        Tuning tuning = with(small, Tuning.DEFAULT.housekeeping());
        try (TestCluster cluster = cluster(tuning, 1).found()) {
            TestNode owner = cluster.owner(0);
            cluster.nodes().forEach(node -> node.engine(0).slow(TimeUnit.MILLISECONDS.toNanos(200)));
            List<CompletableFuture<Decided>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(owner.submit(0, i, LONG));
            }
            int overloaded = 0;
            for (CompletableFuture<Decided> answer : answers) {
                try {
                    answer.get(60, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertThat(((ProblemException) e.getCause()).problem().reason())
                            .isEqualTo(Reason.OVERLOADED);
                    overloaded++;
                }
            }
            assertThat(overloaded).isBetween(1, 99);

            cluster.nodes().forEach(node -> node.engine(0).slow(0));
            decide(owner, 1_000);
        }
    }

    @Test
    void submit_deadlineWhileOwnerIsSlow_answersBeforeIt() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 1).found()) {
            TestNode owner = cluster.owner(0);
            owner.engine(0).slow(TimeUnit.SECONDS.toNanos(2));

            CompletableFuture<Decided> answer = owner.submit(0, 1, Duration.ofMillis(500));

            assertThat(reason(answer)).isEqualTo(Reason.OUTCOME_UNKNOWN);
            owner.engine(0).slow(0);
            decide(cluster.others(owner).get(0), 2);
            assertThat(cluster.owner(0).seen(0)).containsKey(1L);
        }
    }

    @Test
    void idleGroup_ticks_andProposesWhatIsDue() throws Exception {
        Housekeeping.Limits eager = new Housekeeping.Limits(Duration.ofMillis(50), 10, 10, Duration.ofMillis(300));
        try (TestCluster cluster =
                cluster(with(SegmentBatcher.Limits.DEFAULT, eager), 1).found()) {
            TestNode owner = cluster.owner(0);
            decide(owner, 1);
            long index = owner.rows(0).position().index();
            await("ticks").atMost(LONG).until(() -> owner.rows(0).position().index() > index + 2);
            assertThat(owner.seen(0)).hasSize(1);

            owner.engine(0).due(List.of(new Command.FindPool("x"), new Command.FindPool("y")));
            await("what is due").atMost(LONG).until(() -> owner.seen(0).size() == 3);
        }
    }

    @Test
    void handOver_underLoad_losesNothing() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 3).found()) {
            TestNode leaving = cluster.owner(1);
            TestNode other = cluster.others(leaving).get(0);
            for (int segment = 0; segment < 3; segment++) {
                decide(other, segment, 1);
            }
            List<CompletableFuture<Decided>> answers = new ArrayList<>();
            for (int i = 100; i < 400; i++) {
                answers.add(other.submit(1, i, LONG));
            }

            leaving.consensus().handOver();
            leaving.close();

            for (CompletableFuture<Decided> answer : answers) {
                answer.get(60, TimeUnit.SECONDS);
            }
            for (int segment = 0; segment < 3; segment++) {
                assertThat(cluster.owner(segment)).isNotSameAs(leaving);
                decide(other, segment, 2);
            }
            assertThat(leaving.fatal()).isEmpty();
        }
    }

    @Test
    void preferredOwner_isGivenTheSegment_whenAllIsCalm() throws Exception {
        LeadershipSpread.Limits eager =
                new LeadershipSpread.Limits(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(3), 200);
        Tuning base = Tuning.DEFAULT;
        Tuning tuning = new Tuning(
                base.batching(), base.forwarding(), base.routing(), base.housekeeping(), base.snapshots(), eager);
        List<List<String>> seats =
                List.of(List.of("a", "b", "c"), List.of("b", "c", "a"), List.of("c", "a", "b"), List.of("a", "c", "b"));
        try (TestCluster cluster = new TestCluster(directory, tuning, ABC, seats).found()) {
            await("every segment with its preferred owner").atMost(LONG).untilAsserted(() -> {
                for (int segment = 0; segment < seats.size(); segment++) {
                    assertThat(cluster.owner(segment).id())
                            .isEqualTo(seats.get(segment).get(0));
                }
            });
        }
    }

    @Test
    void ownerWithoutRows_givesTheSegmentAway() throws Exception {
        try (TestCluster cluster = cluster(Tuning.DEFAULT, 1).found()) {
            TestNode owner = cluster.owner(0);
            decide(owner, 1);

            owner.pretendInstalling(0, true);
            decide(owner, 2); // by the new owner
            assertThat(cluster.owner(0)).isNotSameAs(owner);
            assertThat(owner.groups().group(0).condition()).isEqualTo(GroupView.Condition.INSTALLING);

            owner.pretendInstalling(0, false);
            awaitSameEverywhere(cluster, 0, cluster.owner(0).seen(0));
        }
    }

    /* --------------- parts --------------- */

    private TestCluster cluster(Tuning tuning, int groups) {
        List<List<String>> seats = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            seats.add(ABC);
        }
        LeadershipSpread.Limits never =
                new LeadershipSpread.Limits(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1);
        return new TestCluster(
                directory,
                new Tuning(
                        tuning.batching(),
                        tuning.forwarding(),
                        tuning.routing(),
                        tuning.housekeeping(),
                        tuning.snapshots(),
                        never),
                ABC,
                seats);
    }

    private static Tuning with(SegmentBatcher.Limits batching, Housekeeping.Limits housekeeping) {
        Tuning base = Tuning.DEFAULT;
        return new Tuning(
                batching, base.forwarding(), base.routing(), housekeeping, base.snapshots(), base.leadership());
    }

    private static void decide(TestNode node, long id) throws Exception {
        decide(node, 0, id);
    }

    private static void decide(TestNode node, int segment, long id) throws Exception {
        node.submit(segment, id, LONG).get(60, TimeUnit.SECONDS);
    }

    private static int pending(TestNode node) {
        return ((RoutedCommands) node.consensus().router()).pending();
    }

    private static Reason reason(CompletableFuture<Decided> answer) throws Exception {
        try {
            return org.assertj.core.api.Assertions.fail("decided: %s", answer.get(60, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return ((ProblemException) e.getCause()).problem().reason();
        }
    }

    private static void awaitSameEverywhere(TestCluster cluster, int segment, Map<Long, Long> seen) {
        for (TestNode node : cluster.nodes()) {
            await("the rows of " + node.id()).atMost(LONG).until(() -> new TreeMap<>(node.seen(segment)), seen::equals);
        }
    }

    private static List<Long> range(long size) {
        return java.util.stream.LongStream.range(0, size).boxed().toList();
    }

    private static long id(TestNode node, int i) {
        return node.id().charAt(0) * 1_000_000L + i;
    }
}
