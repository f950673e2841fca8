package io.nexus.api.ratislab;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In Ratis 3.2.2 a leader's appender that died from any exception stayed dead, and its follower was left behind for as
 * long as the leader lasted. 3.3.0 restarts it: Nexus needs that, and must not go back to 3.2.2.
 */
class AppenderRestartTest {
    @TempDir
    Path directory;

    @Test
    void appender_diesSeveralTimes_isRestartedAndTheFollowerCatchesUp() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode leader = lab.awaitLeader(1);
            LabNode follower = lab.awaitFollower(1);
            AtomicInteger deaths = new AtomicInteger();
            CodeInjectionForTesting.put(Network.SEND, (local, remote, args) -> {
                if (isAppendTo(follower.id(), args[0]) && deaths.incrementAndGet() <= 3) {
                    throw new IllegalStateException("toy bug in the appender");
                }
                return false;
            });
            lab.control().write(1, 1, 20);
            lab.awaitEqual(1);
            Lab.until("the appender died", () -> deaths.get() > 3);
            assumeThat(lab.awaitLeader(1)).isSameAs(leader);
        }
    }

    private static boolean isAppendTo(String node, Object request) {
        return request instanceof AppendEntriesRequestProto append
                && append.getEntriesCount() > 0
                && append.getServerRequest().getReplyId().toStringUtf8().equals(node);
    }
}
