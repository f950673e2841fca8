package io.nexus.api.consensus.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import io.nexus.statemachine.ratis.BatchMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.util.LifeCycle.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a member does when the log does not lead to where the group is: it pulls the rows from another node. */
class InstallIntegrationTest {
    @TempDir
    Path directory;

    /** Crashes the node and lets the others go on until their logs begin past its end. */
    private static void fallBehind(MachineCluster cluster, MachineNode node) throws Exception {
        node.crash();
        cluster.write(1, 40);
        cluster.purge(1, node.index(1) + 10);
    }

    private static void awaitPulling(MachineNode node) {
        MachineCluster.until("a pull has begun", () -> !node.pulls().log.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memberBehindThePurgedLog_pullsFromAnyNode(boolean onDisk) throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 2, onDisk)) {
            cluster.write(1, 5);
            cluster.write(2, 5);
            cluster.awaitEqual(1);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            MachineNode leader = cluster.leader(1);
            node.pulls().interference = (source, row) -> {
                if (source.equals(leader.id())) {
                    throw new IOException("the leader serves nobody");
                }
            };
            node.start();
            cluster.write(1, 3);
            cluster.awaitEqual(1);
            cluster.awaitEqual(2);
            assertThat(node.pulls().log).contains("done");
            assertThat(node.machine(1).installing()).isFalse();
            assertThat(Objects.requireNonNull(node.store().segment(1).flushedPosition())
                            .seq())
                    .as("rows pulled are durable")
                    .isGreaterThan(5);

            cluster.awaitEqual(1);
            assertThat(cluster.snapshot(1, node)).isEqualTo(node.index(1));
            node.crash();
            node.start();
            cluster.write(1, 3);
            cluster.awaitEqual(1);
            assertThat(node.pulls().log).as("the pulled rows were still there").isEmpty();
        }
    }

    @Test
    void sourceDyingInMidCopy_isReplacedByAnother() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, true)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            int[] copies = {0};
            node.pulls().interference = (source, row) -> {
                copies[0] += row == 0 ? 1 : 0;
                if (row == 10 && copies[0] <= 3) {
                    assertThat(node.machine(1).installing()).isTrue();
                    throw new IOException("the source died");
                }
            };
            node.start();
            cluster.write(1, 3);
            cluster.awaitEqual(1);
            assertThat(node.pulls().log).hasSizeGreaterThanOrEqualTo(5).endsWith("done");
            assertThat(node.pulls().log.stream().distinct())
                    .as("both were tried")
                    .hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void crashInMidPull_pullsAgainAfterTheRestart(boolean onDisk) throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, onDisk)) {
            cluster.write(1, 5);
            cluster.awaitEqual(1);
            MachineNode node = cluster.follower(1);
            cluster.snapshot(1, node);
            fallBehind(cluster, node);
            Position old = node.position(1);
            node.pulls().interference = (source, row) -> blockFrom(10, row);
            node.start();
            awaitPulling(node);
            cluster.write(1, 5);
            node.crash();
            assertThat(node.position(1)).isEqualTo(old);

            CountDownLatch go = new CountDownLatch(1);
            node.pulls().interference = (source, row) -> awaitRelease(go);
            node.start();
            awaitPulling(node);
            assertThat(node.machine(1).installing()).isTrue();
            cluster.write(1, 5);
            assertThat(node.position(1)).isEqualTo(old);
            go.countDown();
            cluster.awaitEqual(1);
            assertThat(node.machine(1).installing()).isFalse();
        }
    }

    private static void blockFrom(int first, int row) throws InterruptedException {
        if (row >= first) {
            new CountDownLatch(1).await();
        }
    }

    @Test
    void leaderChangeInMidPull_doesNotHoldItUp() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            MachineNode other = cluster.nodes().stream()
                    .filter(n -> n != node && !n.leads(1))
                    .findFirst()
                    .orElseThrow();
            fallBehind(cluster, node);
            CountDownLatch go = new CountDownLatch(1);
            node.pulls().interference = (source, row) -> awaitRelease(go);
            node.start();
            awaitPulling(node);
            cluster.transfer(1, other);
            cluster.write(1, 20);
            go.countDown();
            cluster.awaitEqual(1);
        }
    }

    private static void awaitRelease(CountDownLatch go) throws Exception {
        if (!go.await(60, TimeUnit.SECONDS)) {
            throw new IOException("not released");
        }
    }

    /** A pull takes minutes; the links may drop meanwhile, and the log be purged once more past what the member has. */
    @Test
    void secondMarkerInMidPull_isTakenOverToo() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            CountDownLatch go = new CountDownLatch(1);
            node.pulls().interference = (source, row) -> awaitRelease(go);
            node.start();
            awaitPulling(node);
            cluster.write(1, 3);
            long first = node.machine(1).getLatestSnapshot().getIndex();
            cluster.isolate(node);
            cluster.write(1, 40);
            cluster.purge(1, cluster.leader(1).index(1) - 20);
            cluster.rejoin(node);
            MachineCluster.until("another marker came", () -> node.machine(1).getLifeCycleState() == State.PAUSED);
            assertThat(node.machine(1).installing()).isTrue();
            go.countDown();
            MachineCluster.until(
                    "it was taken over",
                    () -> node.machine(1).getLatestSnapshot().getIndex() > first + 20);
            cluster.write(1, 5);
            cluster.awaitEqual(1);
            assertThat(node.machine(1).installing()).isFalse();
        }
    }

    /** The rows may be further than the marker and the log: entries that they contain are passed over. */
    @Test
    void rowsPulledPastTheLog_areNotAppliedTwice() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            boolean[] wrote = {false};
            node.pulls().interference = (source, row) -> {
                if (!wrote[0]) {
                    wrote[0] = true;
                    cluster.write(1, 10);
                    throw new IOException("now the rows are further than the marker");
                }
            };
            node.start();
            awaitPulling(node);
            cluster.write(1, 10);
            cluster.awaitEqual(1);
            assertThat(node.hooks().fatal).isEmpty();
            assertThat(node.hooks().stopped).isEmpty();
            assertThat(cluster.snapshot(1, node)).isEqualTo(node.index(1));
        }
    }

    /** It acknowledges entries before it has the rows, so it can be elected; it must not say that it is ready. */
    @Test
    void memberWithoutRowsThatIsElected_isNotReady() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            node.pulls().interference = (source, row) -> blockFrom(10, row);
            node.start();
            awaitPulling(node);
            // After a restart Ratis would call it ready without the rows.
            node.crash();
            CountDownLatch go = new CountDownLatch(1);
            node.pulls().interference = (source, row) -> awaitRelease(go);
            node.start();
            awaitPulling(node);
            // An idle leader that missed the answer to its push does not learn where the member is (RATIS-2523).
            cluster.tick(1);
            cluster.transfer(1, node);
            BatchMessage message = MachineNode.message(ToyEngine.batch(1, 999));
            RaftClientReply reply = node.submit(1, message).get(30, TimeUnit.SECONDS);
            assertThat(reply.isSuccess()).isFalse();
            assertThat(message.perhapsInLog()).isFalse();
            assertThat(node.hooks().ready).isEmpty();
            go.countDown();
            cluster.write(1, 3);
            cluster.awaitEqual(1);
        }
    }

    @Test
    void closingInMidPull_ends() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 2, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            fallBehind(cluster, node);
            node.pulls().interference = (source, row) -> blockFrom(0, row);
            node.start();
            awaitPulling(node);
            cluster.write(1, 5);
            cluster.write(2, 5);
            // Without prepareClose: the machine sees by itself that its division is being closed.
            assertThat(MachineCluster.get(cluster.remove(1, node)).isSuccess()).isTrue();
            assertThat(node.machine(1).stopped()).isTrue();
            assertThat(node.hooks().fatal).isEmpty();
            cluster.write(2, 5);
            cluster.awaitEqual(2);
        }
    }
}
