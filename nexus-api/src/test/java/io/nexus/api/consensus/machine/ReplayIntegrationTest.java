package io.nexus.api.consensus.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import io.nexus.statemachine.ratis.BatchMessage;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a member does with the log it has: applies it, replays it, lets go of it. */
class ReplayIntegrationTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void crash_replaysFromTheFlushedPositionOn(boolean onDisk) throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 2, onDisk)) {
            cluster.write(1, 30);
            cluster.write(2, 3);
            MachineNode node = cluster.follower(1);
            cluster.awaitEqual(1);
            cluster.snapshot(1, node);
            Position durable = Objects.requireNonNull(node.store().segment(1).flushedPosition());
            cluster.write(1, 20);
            cluster.tick(1);
            cluster.write(1, 1);
            cluster.awaitEqual(1);
            Position before = Objects.requireNonNull(node.position(1));

            node.crash();
            assertThat(node.position(1)).isEqualTo(durable);
            node.start();
            cluster.write(1, 10);
            cluster.awaitEqual(1);
            cluster.awaitEqual(2);

            Position after = Objects.requireNonNull(node.position(1));
            assertThat(after.seq()).isEqualTo(before.seq() + 10);
            assertThat(node.hooks().seqs(1))
                    .isEqualTo(LongStream.rangeClosed(durable.seq() + 1, after.seq())
                            .boxed()
                            .toList());
            assertThat(node.pulls().log).isEmpty();
        }
    }

    @Test
    void crash_withoutAnySnapshot_replaysAll() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 25);
            for (MachineNode node : cluster.nodes()) {
                node.crash();
                assertThat(node.position(1)).isNull();
            }
            for (MachineNode node : cluster.nodes()) {
                node.start();
            }
            cluster.write(1, 1);
            cluster.awaitEqual(1);
            assertThat(Objects.requireNonNull(cluster.nodes().get(0).position(1))
                            .seq())
                    .isEqualTo(26);
        }
    }

    @Test
    void restart_afterTheStoreFlushedByItself_skipsWhatItHas() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 10);
            MachineNode node = cluster.follower(1);
            cluster.snapshot(1, node);
            cluster.write(1, 10);
            cluster.awaitEqual(1);
            node.store().flush(); // without a marker
            Position durable = Objects.requireNonNull(node.position(1));
            node.crash();
            node.start();
            cluster.write(1, 2);
            cluster.awaitEqual(1);
            assertThat(node.hooks().seqs(1)).containsExactly(durable.seq() + 1, durable.seq() + 2);
        }
    }

    @Test
    void snapshot_ofManyGroups_sharesFlushesAndPurgesAll() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 6, false)) {
            for (int group = 1; group <= 6; group++) {
                cluster.write(group, 60);
            }
            for (int group = 1; group <= 6; group++) {
                cluster.awaitEqual(group);
            }
            for (MachineNode node : cluster.nodes()) {
                int before = ((InMemoryNodeStore) node.store()).flushes();
                node.store().flush();
                List<CompletableFuture<RaftClientReply>> replies = new ArrayList<>();
                for (int group = 1; group <= 6; group++) {
                    replies.add(cluster.snapshotAsync(group, node));
                }
                for (int group = 1; group <= 6; group++) {
                    int number = group;
                    assertThat(MachineCluster.get(replies.get(group - 1)).getLogIndex())
                            .isEqualTo(node.index(group));
                    MachineCluster.until("the log is purged", () -> node.logStart(number) > 20);
                }
                assertThat(((InMemoryNodeStore) node.store()).flushes()).isEqualTo(before + 1);
            }
        }
    }

    @Test
    void snapshots_manyTimes_leaveTwoMarkers() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            MachineNode node = cluster.follower(1);
            for (int i = 0; i < 5; i++) {
                cluster.write(1, 2);
                cluster.awaitEqual(1);
                assertThat(cluster.snapshot(1, node)).isEqualTo(node.index(1));
            }
            Path markers = directory
                    .resolve(node.id())
                    .resolve("raft")
                    .resolve(cluster.groupId(1).getUuid().toString())
                    .resolve("sm");
            MachineCluster.until("old markers are gone", () -> markers.toFile().list().length == 2);
        }
    }

    @Test
    void leader_answersByTheBatchObject() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 3);
            MachineNode leader = cluster.leader(1);
            BatchMessage message = MachineNode.message(ToyEngine.batch(9, 77));
            assertThat(message.perhapsInLog()).isFalse();
            RaftClientReply reply = leader.submit(1, message).get(30, TimeUnit.SECONDS);
            assertThat(reply.isSuccess()).isTrue();
            assertThat(reply.getMessage().getContent().isEmpty()).isTrue();
            BatchMessage.Result result = Objects.requireNonNull(message.result());
            assertThat(result.outcomes()).hasSize(1);
            assertThat(result.token())
                    .isEqualTo(Objects.requireNonNull(leader.position(1)).token());
            assertThat(Objects.requireNonNull(leader.position(1)).clockMillis()).isEqualTo(9);
            assertThat(message.perhapsInLog()).isTrue();

            BatchMessage atFollower = MachineNode.message(ToyEngine.batch(9, 78));
            assertThat(cluster.follower(1)
                            .submit(1, atFollower)
                            .get(30, TimeUnit.SECONDS)
                            .isSuccess())
                    .isFalse();
            assertThat(atFollower.perhapsInLog()).isFalse();

            RaftClientReply foreign = leader.submit(1, Message.valueOf("x")).get(30, TimeUnit.SECONDS);
            assertThat(foreign.getException()).isInstanceOf(StateMachineException.class);
            cluster.write(1, 1);
        }
    }
}
