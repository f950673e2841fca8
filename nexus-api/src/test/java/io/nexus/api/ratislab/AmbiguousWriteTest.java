package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A write without an answer may have happened or not. Nexus proposes the same command ids again, to whoever leads, and
 * the state machine gives the first answer and has no second effect; Ratis' own retry cache is not relied on.
 */
class AmbiguousWriteTest {
    private static final long COMMAND = 77;

    @TempDir
    Path directory;

    /** The entry was only in the old leader's log: it is cut off there, and the second proposal is the one that counts. */
    @Test
    void write_neverReachedAMajority_isProposedAgainAndAppliedOnce() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 5);
            LabNode old = lab.awaitLeader(1);
            lab.isolate(old.id());
            CompletableFuture<RaftClientReply> first = lab.control().submit(1, old, COMMAND);
            assertThat(lab.control().write(1, COMMAND)).isEqualTo(6);
            lab.rejoin(old.id());
            lab.awaitEqual(1);
            Lab.until("the first proposal has ended", first::isDone);
            assertThat(!first.isCompletedExceptionally() && first.join().isSuccess())
                    .isFalse();
            assertThat(lab.control().write(1, 1000)).isEqualTo(7);
        }
    }

    /** The entry was committed and only the answer was lost: both proposals are in the log, one has an effect. */
    @Test
    void write_committedButUnanswered_isProposedAgainAndAnsweredTheSame() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 5);
            LabNode old = lab.awaitLeader(1);
            long answer = answered(lab.control().submit(1, old, COMMAND));
            old.crash();
            assertThat(lab.control().write(1, COMMAND)).isEqualTo(answer).isEqualTo(6);
            old.start();
            lab.awaitEqual(1);
            assertThat(lab.control().write(1, 1000)).isEqualTo(7);
        }
    }

    /** The leader dies with writes in flight, at a different moment each time. */
    @Test
    void writes_leaderCrashesWithManyInFlight_eachHasOneAnswer() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1);
                Load load = Load.start(lab, 1)) {
            for (int round = 0; round < 3; round++) {
                load.awaitMore(15);
                LabNode leader = lab.awaitLeader(1);
                for (int flight = 0; flight < 20; flight++) {
                    lab.control().submit(1, leader, round * 100L + flight);
                }
                leader.crash();
                for (int flight = 0; flight < 20; flight++) {
                    lab.control().write(1, round * 100L + flight);
                }
                leader.start();
            }
            load.stopAndCheck();
        }
    }

    private static long answered(CompletableFuture<RaftClientReply> reply) throws Exception {
        return ToyMachine.answer(
                reply.get(Lab.LIMIT.toSeconds(), TimeUnit.SECONDS).getMessage());
    }
}
