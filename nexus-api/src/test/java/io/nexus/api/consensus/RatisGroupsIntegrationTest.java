package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nexus.api.consensus.GroupView.Condition;
import io.nexus.api.metrics.PrometheusText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.retry.RetryPolicies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups come, go, change and break, on real Ratis. */
@Timeout(180)
class RatisGroupsIntegrationTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> ABC = List.of("a", "b", "c");

    @TempDir
    Path directory;

    /* --------------- founding and restart --------------- */

    @Test
    void restart_afterKill_findsGroupsAndRows() throws Exception {
        try (TestCluster cluster = cluster(2).found()) {
            decide(cluster.owner(0), 0, 1, 50);
            decide(cluster.owner(1), 1, 1, 50);
            for (TestNode node : cluster.nodes()) {
                node.kill();
            }
            for (TestNode node : cluster.nodes()) {
                node.start();
            }

            decide(cluster.owner(0), 0, 51, 60);
            assertThat(cluster.owner(0).seen(0)).hasSize(60);
            decide(cluster.owner(1), 1, 51, 51);
            assertThat(cluster.owner(1).seen(1)).hasSize(51);
            cluster.foundGroup(0); // once more: nothing to do
            assertThat(cluster.owner(0).groups().group(0).members()).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void createGroup_lastRunEndedBeforeTheFirstEntry_isRepaired() throws Exception {
        try (TestCluster cluster = cluster(1)) {
            for (TestNode node : cluster.nodes()) {
                node.start();
            }
            cluster.node("a").groups().createGroup(0, cluster.members(0)).get(30, TimeUnit.SECONDS);
            cluster.node("a").kill();
            cluster.node("a").start();
            assertThat(cluster.node("a").groups().group(0).members()).isEmpty();

            cluster.foundGroup(0);

            decide(cluster.owner(0), 0, 1, 5);
            awaitRows(cluster.node("a"), cluster.owner(0).seen(0));
        }
    }

    @Test
    void start_directoryOfAnotherCluster_isRefused() throws Exception {
        try (TestCluster cluster = cluster(1)) {
            Path foreign = directory.resolve("a").resolve("99999999-2222-3333-8000-000000000001");
            Files.createDirectories(foreign);

            assertThatThrownBy(() -> cluster.node("a").start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(foreign.toString());
        }
    }

    @Test
    void start_portTaken_isRefused() throws Exception {
        try (TestCluster cluster = cluster(1);
                ServerSocket taken = new ServerSocket()) {
            String address = cluster.node("a").entry().raftAddr();
            taken.bind(
                    new InetSocketAddress("127.0.0.1", Integer.parseInt(address.substring(address.indexOf(':') + 1))));

            assertThatThrownBy(() -> cluster.node("a").start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(address);
        }
    }

    /* --------------- members --------------- */

    @Test
    void replaceMember_ofThree_newOneGetsPurgedLogFromTheStore() throws Exception {
        try (TestCluster cluster = cluster(1)) {
            cluster.overrides().putAll(purgeEarly());
            cluster.found();
            TestNode owner = cluster.owner(0);
            for (int i = 0; i < 20; i++) {
                decide(owner, 0, i * 10 + 1, i * 10 + 10);
            }
            owner.groups().snapshot(0).get(30, TimeUnit.SECONDS);
            TestNode dead = cluster.others(owner).get(0);
            dead.close();

            TestNode fresh = cluster.add("d");
            fresh.groups().createEmpty(0).get(30, TimeUnit.SECONDS);
            fresh.groups().createEmpty(0).get(30, TimeUnit.SECONDS);
            owner.groups().replaceMember(0, dead.id(), fresh.entry()).get(60, TimeUnit.SECONDS);
            owner.groups().replaceMember(0, dead.id(), fresh.entry()).get(60, TimeUnit.SECONDS);

            assertThat(owner.groups().group(0).members()).contains("d").doesNotContain(dead.id());
            decide(fresh, 0, 500, 501);
            awaitRows(fresh, cluster.owner(0).seen(0));
        }
    }

    @Test
    void replaceMember_ofTwo_takesTwoSteps() throws Exception {
        List<String> ab = List.of("a", "b");
        try (TestCluster cluster = new TestCluster(directory, calm(), ab, List.of(ab)).found()) {
            TestNode owner = cluster.owner(0);
            TestNode other = cluster.others(owner).get(0);
            decide(owner, 0, 1, 3);
            TestNode fresh = cluster.add("c");
            fresh.groups().createEmpty(0).get(30, TimeUnit.SECONDS);

            owner.groups().replaceMember(0, other.id(), fresh.entry()).get(60, TimeUnit.SECONDS);

            assertThat(owner.groups().group(0).members()).containsExactlyInAnyOrder(owner.id(), "c");
            other.groups().removeGroup(0).get(30, TimeUnit.SECONDS);
            assertThat(other.groups().group(0).condition()).isEqualTo(Condition.UNHOSTED);
            assertThat(other.groups().directory(0)).doesNotExist();
            decide(owner, 0, 4, 5);
            awaitRows(fresh, owner.seen(0));
            assertThat(other.fatal()).isEmpty();
        }
    }

    @Test
    void replaceMember_impossible_saysWhy() throws Exception {
        List<String> a = List.of("a");
        try (TestCluster cluster = new TestCluster(directory, calm(), ABC, List.of(a, ABC)).found()) {
            TestNode single = cluster.owner(0);
            TestNode owner = cluster.owner(1);

            assertThatThrownBy(() -> single.groups()
                            .replaceMember(0, "a", cluster.node("b").entry())
                            .get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("only one member");
            assertThatThrownBy(() -> owner.groups()
                            .replaceMember(1, "x", cluster.add("d").entry())
                            .get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("not a member");
            assertThatThrownBy(() -> owner.groups()
                            .replaceMember(1, owner.id(), cluster.node("d").entry())
                            .get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("ask node");
            await("another owner").atMost(LONG).until(() -> cluster.owner(1) != owner);
        }
    }

    /* --------------- snapshots --------------- */

    @Test
    void schedule_manyEntries_snapshotsAndPurgesAllGroupsTogether() throws Exception {
        SnapshotSchedule.Limits eager =
                new SnapshotSchedule.Limits(Duration.ofMillis(100), 40, 1 << 30, Duration.ofDays(1));
        Tuning base = calm();
        Tuning tuning = new Tuning(
                base.batching(), base.forwarding(), base.routing(), base.housekeeping(), eager, base.leadership());
        try (TestCluster cluster = new TestCluster(directory, tuning, ABC, List.of(ABC, ABC))) {
            cluster.overrides().putAll(purgeEarly());
            cluster.found();
            for (int i = 0; i < 60; i++) {
                decide(cluster.owner(0), 0, i, i);
                if (i < 30) {
                    decide(cluster.owner(1), 1, i, i);
                }
            }

            for (TestNode node : cluster.nodes()) {
                HostedGroup busy = node.groups().hosted(0);
                HostedGroup calm = node.groups().hosted(1);
                await("snapshots on " + node.id())
                        .atMost(LONG)
                        .until(() -> busy.snapshotIndex() >= 30
                                && calm.snapshotIndex() >= 10
                                && busy.division().getRaftLog().getStartIndex() > 0);
            }
        }
    }

    /* --------------- failures --------------- */

    @Test
    void brokenInvariant_stopsTheGroupThereAndNothingElse() throws Exception {
        try (TestCluster cluster = cluster(2).found()) {
            TestNode owner = cluster.owner(0);
            TestNode broken = cluster.others(owner).get(0);
            broken.engine(0).breakDown();
            decide(owner, 0, 1, 5);

            await("the group to be stopped")
                    .atMost(LONG)
                    .until(() -> broken.groups().group(0).condition() == Condition.STOPPED);
            decide(owner, 0, 6, 9);
            decide(broken, 0, 10, 11);
            decide(broken, 1, 1, 3);
            assertThat(broken.fatal()).isEmpty();
            assertThat(scrape(broken)).contains("nexus_consensus_groups_stopped 1");
        }
    }

    @Test
    void store_failure_isFatal() throws Exception {
        try (TestCluster cluster = cluster(1).found()) {
            TestNode owner = cluster.owner(0);
            TestNode failing = cluster.others(owner).get(0);
            failing.store().breakDown();
            decide(owner, 0, 1, 5);

            await("the node to be told")
                    .atMost(LONG)
                    .until(() -> !failing.fatal().isEmpty());
            assertThat(owner.fatal()).isEmpty();
        }
    }

    @Test
    void ratis_closedByItself_isFatal() throws Exception {
        try (TestCluster cluster = cluster(1).found()) {
            TestNode node = cluster.node("b");
            node.groups().hosted(0).division().getRaftServer().close();

            await("the node to be told").atMost(LONG).until(() -> !node.fatal().isEmpty());
        }
    }

    @Test
    void supervisor_groupMissing_isReported() throws Exception {
        try (TestCluster cluster = cluster(2).found()) {
            TestNode node = cluster.node("a");
            node.groups().removeGroup(1).get(30, TimeUnit.SECONDS);
            GroupSupervisor supervisor = new GroupSupervisor(
                    node.groups(), cluster::plan, (what, cause) -> {}, new ConsensusMetrics(node.meters()));

            long now = System.nanoTime();
            supervisor.round(now);
            assertThat(node.groups().group(1).condition()).isEqualTo(Condition.UNHOSTED);
            supervisor.round(now + TimeUnit.SECONDS.toNanos(40));

            assertThat(node.groups().group(1).condition()).isEqualTo(Condition.STOPPED);
        }
    }

    /* --------------- the port --------------- */

    @Test
    void raftPort_clientOrAdministrator_isRefused() throws Exception {
        try (TestCluster cluster = cluster(1).found();
                RaftClient client = RaftClient.newBuilder()
                        .setProperties(new RaftProperties())
                        .setRaftGroup(RaftGroup.valueOf(
                                io.nexus.statemachine.ratis.GroupIds.of(cluster.id(), 0),
                                GroupChanges.peer(cluster.node("a").entry())))
                        .setRetryPolicy(RetryPolicies.noRetry())
                        .build()) {
            CompletableFuture<?> listing = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.getGroupManagementApi(org.apache.ratis.protocol.RaftPeerId.valueOf("a"))
                            .list();
                } catch (IOException e) {
                    throw new java.util.concurrent.CompletionException(e);
                }
            });

            assertThatThrownBy(() -> listing.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasStackTraceContaining("PERMISSION_DENIED");
        }
    }

    @Test
    void metrics_ofRatis_haveSegmentAndPeer() throws Exception {
        try (TestCluster cluster = cluster(2).found()) {
            TestNode owner = cluster.owner(1);
            decide(owner, 1, 1, 20);
            decide(owner, 0, 1, 20);

            String text = scrape(owner);

            assertThat(text).containsPattern("nexus_ratis_applied_index\\{segment=\"1\"} [1-9]");
            assertThat(text).containsPattern("nexus_ratis_follower_match_index\\{segment=\"1\",peer=\"[abc]\"}");
            assertThat(text).containsPattern("nexus_ratis_log_sync_count_total\\{segment=\"0\"} [1-9]");
            assertThat(text).containsPattern("nexus_consensus_batches_total\\{result=\"applied\"} [1-9]");
        }
    }

    /* --------------- parts --------------- */

    private TestCluster cluster(int groups) {
        return new TestCluster(directory, calm(), ABC, Collections.nCopies(groups, ABC));
    }

    private static Tuning calm() {
        Tuning base = Tuning.DEFAULT;
        return new Tuning(
                base.batching(),
                base.forwarding(),
                base.routing(),
                base.housekeeping(),
                base.snapshots(),
                new LeadershipSpread.Limits(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1));
    }

    private static Map<String, String> purgeEarly() {
        return Map.of(
                "raft.server.log.segment.size.max", "1KB",
                "raft.server.log.preallocated.size", "1KB",
                "raft.server.log.purge.preservation.log.num", "0");
    }

    private static void decide(TestNode node, int segment, long first, long last) throws Exception {
        List<CompletableFuture<Decided>> answers = new ArrayList<>();
        for (long id = first; id <= last; id++) {
            answers.add(node.submit(segment, id, LONG));
        }
        for (CompletableFuture<Decided> answer : answers) {
            answer.get(60, TimeUnit.SECONDS);
        }
    }

    private static void awaitRows(TestNode node, Map<Long, Long> rows) {
        await("the rows of " + node.id()).atMost(LONG).until(() -> node.seen(0), rows::equals);
    }

    private static String scrape(TestNode node) {
        return PrometheusText.write(node.meters());
    }
}
