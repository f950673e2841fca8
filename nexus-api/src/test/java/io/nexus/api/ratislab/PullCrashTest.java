package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between the arrival of a marker and the end of the pull the node may die, lead or lose its seat. Nexus reads "marker
 * past the data" at start, opens without waiting, and pulls before the first apply.
 */
class PullCrashTest {
    @TempDir
    Path directory;

    /** initialize() must not wait for the pull, since it holds up every other group: the first apply does. */
    @Test
    void crashInMidPull_restart_opensAtOnceAndPullsBeforeTheFirstApply() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 2)) {
            LabNode follower = lab.node("n3");
            crashInMidPull(lab, follower);
            Gate gate = new Gate();
            follower.faults().pull = (group, source, rows) -> gate.pass();
            follower.start();
            ToyMachine machine = follower.machine(1);
            assertThat(machine.markers().newestIndex())
                    .isGreaterThan(follower.database().index(1));
            gate.awaitReached();
            lab.control().write(1, 1000, 3);
            lab.control().write(2, 1000, 3);
            lab.awaitEqual(2);
            assertThat(machine.isReady()).isFalse();
            gate.open();
            lab.awaitEqual(1);
            assertThat(MarkerPullTest.calls(machine)).doesNotContain("reinitialize");
        }
    }

    /** An idle group hands nothing to its state machine after a restart: the pull must not wait to be asked. */
    @Test
    void crashInMidPull_restartOfAnIdleGroup_pullsByItself() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode follower = lab.awaitFollower(1);
            crashInMidPull(lab, follower);
            follower.faults().pull = (group, source, rows) -> {};
            follower.start();
            lab.awaitEqual(1);
        }
    }

    /** The pull ends with a flush, before Ratis goes on: no second pull, and no hole between the rows and the log. */
    @Test
    void crashAfterPull_restart_hasTheRowsAndPullsNothing() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode follower = lab.awaitFollower(1);
            follower.crash();
            lab.control().write(1, 1, 80);
            MarkerPullTest.purge(lab, 1);
            follower.start();
            lab.awaitEqual(1);
            follower.crash();
            assertThat(follower.database().index(1)).isGreaterThanOrEqualTo(70);
            follower.start();
            lab.control().write(1, 1000, 3);
            lab.awaitEqual(1);
            assertThat(MarkerPullTest.calls(follower.machine(1))).doesNotContain("pulled");
        }
    }

    /** Ratis renames {@code sm} away before it renames the new one in: the old markers must be found after a crash. */
    @Test
    void crashBetweenTheRenamesOfAnInstall_restart_findsTheOldMarker() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 80);
            lab.awaitEqual(1);
            LabNode follower = lab.awaitFollower(1);
            long covered = lab.control().snapshot(1, follower);
            assertThat(covered).isPositive();
            follower.crash();
            Path root = root(lab, follower);
            Files.move(root.resolve("sm"), root.resolve("sm.tmp20260101-000000"));
            follower.start();
            assertThat(follower.machine(1).markers().newestIndex()).isEqualTo(covered);
            lab.control().write(1, 1000, 3);
            lab.awaitEqual(1);
        }
    }

    /**
     * A crash after Ratis put the new marker in place, with the old log still there: Ratis leaves the open segment of
     * that log and can append nothing behind it, so the state machine deletes it before the log is opened.
     */
    @Test
    void crashBeforeTheLogIsPurged_restart_startsAtTheMarker() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 30);
            lab.awaitEqual(1);
            LabNode follower = lab.awaitFollower(1);
            follower.crash();
            lab.control().write(1, 100, 50);
            MarkerPullTest.purge(lab, 1);
            LabNode leader = lab.awaitLeader(1);
            Path marker;
            try (Stream<Path> markers = Files.list(root(lab, leader).resolve("sm"))) {
                marker = markers.findFirst().orElseThrow();
            }
            Path installed =
                    Files.createDirectories(root(lab, follower).resolve("sm").resolve(marker.getFileName()));
            Files.copy(marker.resolve(ToyMarkers.FILE), installed.resolve(ToyMarkers.FILE));
            follower.start();
            lab.control().write(1, 1000, 3);
            lab.awaitEqual(1);
            assertThat(MarkerPullTest.calls(follower.machine(1)))
                    .contains("pulled")
                    .doesNotContain("reinitialize");
        }
    }

    /** A crash in the purge leaves the oldest segment and a gap behind it: without a repair the server would not start. */
    @Test
    void crashInThePurge_restart_dropsWhatIsBeforeTheGap() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 90);
            lab.awaitEqual(1);
            LabNode follower = lab.awaitFollower(1);
            Path oldest = oldestSegment(root(lab, follower));
            byte[] content = Files.readAllBytes(oldest);
            lab.control().snapshot(1, follower);
            Lab.until("the log is purged", () -> !Files.exists(oldest));
            follower.crash();
            Files.write(oldest, content);
            follower.start();
            lab.control().write(1, 1000, 3);
            lab.awaitEqual(1);
        }
    }

    /**
     * A member acknowledges entries past its marker before it has the rows, so it may be elected, and Ratis calls it
     * ready before its state machine has seen the first entry of the term. Nexus holds "leader ready" back until the
     * rows are complete; they come from the other members, which follow it.
     */
    @Test
    void memberWithoutRows_becomesLeader_isReadyForRatisBeforeItHasPulled() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode follower = lab.awaitFollower(1);
            Gate gate = new Gate();
            fallBehind(lab, follower, gate);
            Lab.until("it has led", () -> leads(follower) || lab.control().tryTransfer(1, follower.id()));
            Lab.until("it is ready for Ratis", () -> follower.isReadyLeader(1));
            assertThat(follower.machine(1).isReady()).isFalse();
            gate.open();
            assertThat(lab.control().write(1, 1000)).isEqualTo(81);
            lab.awaitEqual(1);
            assertThat(MarkerPullTest.calls(follower.machine(1))).containsSubsequence("leader-ready", "pulled");
        }
    }

    /** Ratis waits for its updater without a limit when it removes a group: the pull must be told to give up first. */
    @Test
    void groupRemoved_inMidPull_endsWhenThePullIsAbandoned() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode follower = lab.awaitFollower(1);
            follower.crash();
            lab.control().write(1, 1, 80);
            MarkerPullTest.purge(lab, 1);
            follower.faults().pull = (group, source, rows) -> {
                throw new IOException("never");
            };
            follower.start();
            Lab.until("the pull has begun", () -> MarkerPullTest.count(follower.machine(1), "pull-failed") > 0);
            lab.control().write(1, 1000, 3);
            ToyMachine machine = follower.machine(1);
            lab.control().remove(1, follower.id());
            assertThat(MarkerPullTest.calls(machine)).containsSubsequence("reinitialize", "close", "removed");
            assertThat(follower.server().getGroupIds()).isEqualTo(List.of());
        }
    }

    private static Path oldestSegment(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("current"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_0-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path root(Lab lab, LabNode node) {
        return node.directory().resolve("raft").resolve(lab.groupId(1).getUuid().toString());
    }

    private static boolean leads(LabNode node) {
        try {
            return node.division(1).getInfo().isLeader();
        } catch (IOException e) {
            return false;
        }
    }

    private static void crashInMidPull(Lab lab, LabNode follower) throws Exception {
        Gate gate = new Gate();
        fallBehind(lab, follower, gate);
        follower.crash();
        gate.open();
        assertThat(follower.database().index(1)).isLessThan(40);
    }

    private static void fallBehind(Lab lab, LabNode follower, Gate gate) throws Exception {
        follower.crash();
        lab.control().write(1, 1, 80);
        MarkerPullTest.purge(lab, 1);
        follower.faults().pull = (group, source, rows) -> gate.pass();
        follower.start();
        gate.awaitReached();
    }
}
