package io.nexus.api.consensus.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.ratis.util.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends a group, and what ends the node. */
class FailureIntegrationTest {
    @TempDir
    Path directory;

    @Test
    void brokenInvariant_stopsThatGroupOnThatNodeOnly() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 2, false)) {
            cluster.write(1, 5);
            cluster.write(2, 5);
            MachineNode node = cluster.follower(1);
            node.broken(1).set(true);
            cluster.write(1, 1);
            MachineCluster.until("the group stopped", () -> isClosed(node, 1));
            assertThat(node.machine(1).stopped()).isTrue();
            assertThat(node.hooks().stopped).containsExactly(1);
            assertThat(node.hooks().fatal).isEmpty();

            cluster.write(1, 5);
            cluster.write(2, 5);
            cluster.awaitEqual(2);
            assertThat(isClosed(node, 2)).isFalse();

            node.broken(1).set(false);
            node.crash();
            node.start();
            cluster.awaitEqual(1);
        }
    }

    @Test
    void brokenInvariantOfTheLeader_letsAnotherLead() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode leader = cluster.leader(1);
            leader.broken(1).set(true);
            cluster.write(1, 5);
            assertThat(leader.hooks().stopped).containsExactly(1);
            assertThat(cluster.leader(1)).isNotSameAs(leader);
        }
    }

    @Test
    void failedStore_isFatalForTheNode() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            ((InMemoryNodeStore) node.store()).breakDown();
            cluster.write(1, 1);
            MachineCluster.until(
                    "it is said to be fatal", () -> !node.hooks().fatal.isEmpty());
            assertThat(node.hooks().fatal.get(0)).isInstanceOf(StorageFailure.class);
            MachineCluster.until("the group stopped", () -> isClosed(node, 1));
            cluster.write(1, 5);
            node.crash();
            node.start();
            cluster.awaitEqual(1);
        }
    }

    @Test
    void failedFlush_isFatalForTheNode() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            cluster.awaitEqual(1);
            ((InMemoryNodeStore) node.store()).breakDown();
            var reply = cluster.snapshotAsync(1, node);
            MachineCluster.until(
                    "it is said to be fatal", () -> !node.hooks().fatal.isEmpty());
            MachineCluster.until("the group stopped", () -> isClosed(node, 1));
            reply.cancel(true);
        }
    }

    @Test
    void serverClosedByItself_isFatal_andOnRequestIsNot() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 5);
            MachineNode node = cluster.follower(1);
            node.server().close(); // as Ratis does after a long pause of the JVM
            MachineCluster.until(
                    "it is said to be fatal", () -> !node.hooks().fatal.isEmpty());
            MachineNode other = cluster.leader(1);
            RecordedHooks hooks = other.hooks();
            other.crash();
            assertThat(hooks.fatal).isEmpty();
            assertThat(hooks.stopped).isEmpty();
        }
    }

    /** Ratis itself would look for the missing entries without end. */
    @Test
    void lostMarkers_keepTheNodeFromStarting() throws Exception {
        try (MachineCluster cluster = new MachineCluster(directory, 1, false)) {
            cluster.write(1, 60);
            cluster.awaitEqual(1);
            MachineNode node = cluster.follower(1);
            MachineCluster.until("the log is purged", () -> {
                try {
                    cluster.write(1, 1);
                    cluster.snapshot(1, node);
                    return node.logStart(1) > 0;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            node.crash();
            FileUtils.deleteFully(directory
                    .resolve(node.id())
                    .resolve("raft")
                    .resolve(cluster.groupId(1).getUuid().toString())
                    .resolve("sm")
                    .toFile());
            assertThatThrownBy(node::start).hasMessageContaining("replace the node");
            assertThat(node.hooks().fatal).hasSize(1);
            assertThat(node.machine(1).stopped()).isTrue();
            cluster.write(1, 3);
        }
    }

    private static boolean isClosed(MachineNode node, int group) {
        try {
            return !node.division(group).getInfo().isAlive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
