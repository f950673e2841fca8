package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * "Linearizable" reads of a leader that was cut off answered old state for about two seconds. In Nexus an authoritative
 * read is an entry of the log, and rides in the batch.
 */
class DeposedLeaderReadTest {
    @TempDir
    Path directory;

    /** Whatever the old leader's reads say: a read through the log is answered by the new leader only, and correctly. */
    @Test
    void leaderCutOff_readThroughTheLog_isNeverAnsweredByTheOldLeader() throws Exception {
        try (Lab lab = Lab.of(
                directory,
                3,
                settings ->
                        RaftServerConfigKeys.Read.setOption(settings, RaftServerConfigKeys.Read.Option.LINEARIZABLE))) {
            lab.found(1);
            lab.control().write(1, 1, 3);
            LabNode old = lab.awaitLeader(1);
            assertThat(read(lab, old)).isEqualTo(3);
            lab.isolate(old.id());
            CompletableFuture<RaftClientReply> throughTheLog = lab.control().submit(1, old, 3);
            assertThat(lab.control().write(1, 4)).isEqualTo(4);
            assertThat(lab.control().write(1, 4)).isEqualTo(4);
            Lab.until("the old leader gives up", () -> !old.isReadyLeader(1));
            assertThat(throughTheLog.isDone() && succeeded(throughTheLog)).isFalse();
            lab.rejoin(old.id());
            lab.awaitEqual(1);
        }
    }

    private static boolean succeeded(CompletableFuture<RaftClientReply> reply) {
        return !reply.isCompletedExceptionally() && reply.join().isSuccess();
    }

    private static long read(Lab lab, LabNode node) throws Exception {
        RaftClientReply reply = lab.control().read(1, node).get(Lab.LIMIT.toSeconds(), TimeUnit.SECONDS);
        return ToyMachine.answer(reply.getMessage());
    }
}
