package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An exception from {@code preAppendTransaction} keeps one of the leader's permits for pending writes for ever. Nexus
 * never throws there: the batcher rejects before it submits.
 */
class PermitLeakTest {
    private static final int PERMITS = 256;

    @TempDir
    Path directory;

    /** Nexus does nothing in preAppendTransaction: after as many exceptions as permits the leader refuses everything. */
    @Test
    void preAppendTransaction_throwsOncePerPermit_leaderRefusesAllWrites() throws Exception {
        try (Lab lab = Lab.of(directory, 1, 1)) {
            LabNode leader = lab.awaitLeader(1);
            leader.faults().preAppend = command -> {
                throw new StateMachineException("rejected", new IOException("toy"), false);
            };
            for (int command = 1; command <= PERMITS; command++) {
                assertThat(submit(lab, leader, command).isSuccess()).isFalse();
            }
            leader.faults().preAppend = command -> {};
            assertThat(lab.control().submit(1, leader, 1000))
                    .failsWithin(Lab.LIMIT)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(ResourceUnavailableException.class);
        }
    }

    /** What the batcher cannot tell is rejected in startTransaction, or by apply in its answer: no permit is lost. */
    @Test
    void startTransaction_rejectsOftenerThanThereArePermits_leaderGoesOn() throws Exception {
        try (Lab lab = Lab.of(directory, 1, 1)) {
            LabNode leader = lab.awaitLeader(1);
            leader.faults().start = command -> {
                throw new IOException("toy");
            };
            for (int command = 1; command <= PERMITS + 10; command++) {
                assertThat(submit(lab, leader, command).isSuccess()).isFalse();
            }
            leader.faults().start = command -> {};
            assertThat(submit(lab, leader, 1000).isSuccess()).isTrue();
        }
    }

    private static RaftClientReply submit(Lab lab, LabNode leader, long command) throws Exception {
        return lab.control().submit(1, leader, command).get(Lab.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
