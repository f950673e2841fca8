package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leadership moves on request: Nexus hands it over before a stop and to balance; writers try again meanwhile. */
class LeadershipTransferTest {
    @TempDir
    Path directory;

    /** All priorities are equal, so that any member can be named; nothing acknowledged is lost. */
    @Test
    void transfer_toEachMemberInTurnUnderLoad_succeedsAndLosesNothing() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1);
                Load load = Load.start(lab, 1)) {
            for (int round = 0; round < 2; round++) {
                for (String target : lab.ids()) {
                    load.awaitMore(10);
                    Lab.until(
                            target + " leads",
                            () -> lab.awaitLeader(1).id().equals(target)
                                    || lab.control().tryTransfer(1, target));
                }
            }
            load.stopAndCheck();
        }
    }

    /** A target that does not answer: the request fails after its time, and the old leader goes on. */
    @Test
    void transfer_toAMemberThatIsDown_failsAndTheLeaderGoesOn() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode leader = lab.awaitLeader(1);
            LabNode target = lab.awaitFollower(1);
            lab.control().write(1, 1, 5);
            target.crash();
            lab.control().write(1, 100, 5);
            assertThat(lab.control().transfer(1, leader, target.id(), 500).isSuccess())
                    .isFalse();
            assertThat(lab.control().write(1, 1000)).isEqualTo(11);
            target.start();
            lab.awaitEqual(1);
        }
    }
}
