package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.util.LifeCycle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when an entry cannot be applied: Nexus throws, so that the group stops on this node without a hole. */
class ApplyFailureTest {
    private static final long BAD = 13;

    @TempDir
    Path directory;

    /** A broken invariant throws from apply: this division closes, the node's other groups and the other nodes go on. */
    @Test
    void apply_throwsOnAFollower_closesOnlyThatDivisionAndRestartReplays() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 2)) {
            LabNode follower = lab.awaitFollower(1);
            follower.faults().apply = command -> {
                if (command == BAD) {
                    throw new IOException("toy");
                }
            };
            lab.control().write(1, BAD - 2, 10);
            Lab.until("the division is closed", () -> life(follower, 1) == LifeCycle.State.CLOSED);
            lab.control().write(2, 1, 10);
            lab.awaitEqual(2);
            assertThat(life(follower, 2)).isEqualTo(LifeCycle.State.RUNNING);
            assertThat(follower.server().getLifeCycleState()).isEqualTo(LifeCycle.State.RUNNING);
            follower.crash();
            follower.faults().apply = command -> {};
            follower.start();
            lab.awaitEqual(1);
        }
    }

    /** On the leader too: the caller gets no false answer, another member takes over, and the command is applied once. */
    @Test
    void apply_throwsOnTheLeader_anotherMemberTakesOver() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 5);
            LabNode leader = lab.awaitLeader(1);
            leader.faults().apply = command -> {
                if (command == BAD) {
                    throw new IOException("toy");
                }
            };
            assertThat(lab.control().write(1, BAD)).isEqualTo(6);
            assertThat(lab.awaitLeader(1)).isNotSameAs(leader);
        }
    }

    /** A failed future is only logged and the log goes on: the replicas differ from there. Nexus never returns one. */
    @Test
    void apply_returnsAFailedFuture_replicaGoesOnWithAHole() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode leader = lab.awaitLeader(1);
            LabNode follower = lab.awaitFollower(1);
            follower.faults().failedApply =
                    command -> command == BAD ? CompletableFuture.failedFuture(new IOException("toy")) : null;
            lab.control().write(1, BAD - 2, 10);
            Lab.until(
                    "the follower has gone on",
                    () -> follower.database().index(1) == leader.database().index(1));
            assertThat(life(follower, 1)).isEqualTo(LifeCycle.State.RUNNING);
            assertThat(follower.database().chain(1))
                    .isNotEqualTo(leader.database().chain(1));
            assertThat(follower.database().snapshot(1).answers()).doesNotContainKey(BAD);
        }
    }

    /** On the leader the caller is told "failed" though every other replica applied it: Nexus answers by value. */
    @Test
    void apply_returnsAFailedFutureOnTheLeader_callerIsToldAFailureThatIsNone() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode leader = lab.awaitLeader(1);
            LabNode follower = lab.awaitFollower(1);
            leader.faults().failedApply =
                    command -> command == BAD ? CompletableFuture.failedFuture(new IOException("toy")) : null;
            RaftClientReply reply = lab.control().submit(1, leader, BAD).get(Lab.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assumeThat(reply.getNotLeaderException()).isNull();
            assertThat(reply.isSuccess()).isFalse();
            assertThat(reply.getStateMachineException()).isNotNull();
            Lab.until(
                    "the follower has it",
                    () -> follower.database().snapshot(1).answers().containsKey(BAD));
        }
    }

    private static LifeCycle.State life(LabNode node, int group) {
        try {
            return node.division(group).getInfo().getLifeCycleState();
        } catch (IOException e) {
            return LifeCycle.State.EXCEPTION;
        }
    }
}
