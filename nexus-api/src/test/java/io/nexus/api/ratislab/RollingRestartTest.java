package io.nexus.api.ratislab;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The wedge of Ratis' notify mode (W2 in the notes on one store under many groups): a quiet leader is restarted cleanly
 * while the others write a little and purge; its next entry is the first of their log, the one before is gone, and it
 * loops for ever. Nexus uses push mode, where it is just given a newer marker.
 */
class RollingRestartTest {
    @TempDir
    Path directory;

    @Test
    void quietLeader_isRestartedCleanlyWhileTheOthersPurge_catchesUpInEveryGroup() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 3)) {
            for (int group = 1; group <= 3; group++) {
                lab.control().write(group, 1, 40);
                lab.awaitEqual(group);
                lab.control().snapshot(group, lab.awaitLeader(group));
            }
            LabNode leader = lab.awaitLeader(1);
            leader.stop();
            for (int group = 1; group <= 3; group++) {
                lab.control().write(group, 100, 5);
                lab.control().snapshot(group, lab.awaitLeader(group));
            }
            leader.start();
            for (int group = 1; group <= 3; group++) {
                lab.awaitEqual(group);
            }
        }
    }

    /** Each node in turn, as an upgrade does it: nothing acknowledged is lost, and the groups are equal at the end. */
    @Test
    void everyNode_isRestartedInTurnUnderLoad_losesNothing() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 2);
                Load load = Load.start(lab, 1, 2)) {
            for (String id : lab.ids()) {
                load.awaitMore(20);
                lab.node(id).stop();
                load.awaitMore(20);
                for (int group = 1; group <= 2; group++) {
                    lab.control().snapshot(group, lab.awaitLeader(group));
                }
                lab.node(id).start();
                lab.awaitCaughtUp(id, 1, 2);
            }
            load.stopAndCheck();
        }
    }
}
