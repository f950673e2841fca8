package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.util.LifeCycle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After one failed write or sync of the log every later entry fails, for ever, though the disk may be well again, and
 * the division still says RUNNING. {@code notifyLogFailed} is the only sign: Nexus halts the process on it.
 */
class LogFailureTest {
    @TempDir
    Path directory;

    /** A follower becomes a zombie: it says RUNNING and takes nothing. A new process is well. */
    @Test
    void logSync_failsOnceOnAFollower_divisionTakesNothingUntilTheProcessIsNew() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 5);
            lab.awaitEqual(1);
            LabNode follower = lab.awaitFollower(1);
            failLog(follower);
            lab.control().write(1, 100, 5);
            Lab.until("Ratis tells", () -> follower.machine(1).logFailure() != null);
            follower.faults().logSync = group -> {};
            long stuck = follower.database().index(1);
            lab.control().write(1, 200, 20);
            assertThat(follower.database().index(1)).isLessThan(stuck + 20);
            assertThat(follower.division(1).getInfo().getLifeCycleState()).isEqualTo(LifeCycle.State.RUNNING);
            follower.crash();
            follower.start();
            lab.awaitEqual(1);
        }
    }

    /** A leader acknowledges nothing from then on, and may keep the leadership until its process ends. */
    @Test
    void logSync_failsOnceOnTheLeader_nothingIsAcknowledgedAndAnotherLeadsWhenItHalts() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 5);
            LabNode leader = lab.awaitLeader(1);
            failLog(leader);
            CompletableFuture<RaftClientReply> lost = lab.control().submit(1, leader, 100);
            Lab.until("Ratis tells", () -> leader.machine(1).logFailure() != null);
            leader.faults().logSync = group -> {};
            leader.crash();
            assertThat(lost.isDone()
                            && !lost.isCompletedExceptionally()
                            && lost.join().isSuccess())
                    .isFalse();
            lab.control().write(1, 101, 5);
            leader.start();
            lab.awaitEqual(1);
        }
    }

    private static void failLog(LabNode node) {
        node.faults().logSync = group -> {
            throw new IOException("toy disk is full");
        };
    }
}
