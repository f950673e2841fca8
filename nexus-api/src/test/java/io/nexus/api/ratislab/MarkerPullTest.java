package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that is behind the purged log gets a marker from Ratis and pulls the rows itself. Nexus therefore snapshots
 * by flushing its one database, ships no files, and pulls on a thread of its own that the next apply waits for.
 */
class MarkerPullTest {
    @TempDir
    Path directory;

    /** Ratis calls pause(), replaces the markers, calls reinitialize() on the updater, then goes on applying. */
    @Test
    void follower_behindThePurgedLogOfFourGroups_pullsEachOfThem() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 4)) {
            LabNode follower = lab.node("n3");
            follower.crash();
            for (int group = 1; group <= 4; group++) {
                lab.control().write(group, 1, 80);
                purge(lab, group);
            }
            follower.start();
            for (int group = 1; group <= 4; group++) {
                lab.awaitEqual(group);
                assertThat(calls(follower.machine(group)))
                        .containsSubsequence("pause", "reinitialize", "pull", "pulled");
            }
        }
    }

    /** Nothing in Ratis is held open by a slow pull: leadership may move, and the log keeps taking entries. */
    @Test
    void slowPull_leaderChangesMeanwhile_isFinishedUnderTheNewLeader() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            Gate gate = new Gate();
            LabNode follower = fallBehind(lab, gate);
            LabNode leader = lab.awaitLeader(1);
            String next = other(lab, leader, follower);
            lab.control().transfer(1, leader, next, 20_000);
            lab.control().write(1, 1000, 20);
            assertThat(follower.machine(1).isReady()).isFalse();
            gate.open();
            lab.awaitEqual(1);
        }
    }

    /**
     * A second marker may arrive while the rows are pulled for the first. It must not find {@code reinitialize()}
     * running: Ratis would forget the second reload. So the pull runs beside, and goes on to the newest marker.
     */
    @Test
    void slowPull_secondMarkerArrivesMeanwhile_isFollowedUpToo() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            Gate gate = new Gate();
            LabNode follower = fallBehind(lab, gate);
            ToyMachine machine = follower.machine(1);
            long first = machine.markers().newestIndex();
            lab.control().write(1, 500, 3);
            Lab.until("an apply waits for the pull", () -> commitIndex(follower) > first);
            lab.isolate(follower.id());
            lab.control().write(1, 1000, 80);
            purge(lab, 1);
            lab.rejoin(follower.id());
            Lab.until("the second marker", () -> count(machine, "pause") == 2);
            assertThat(machine.isReady()).isFalse();
            gate.open();
            lab.awaitEqual(1);
            lab.control().write(1, 2000, 3);
            lab.awaitEqual(1);
            assertThat(machine.markers().newestIndex()).isGreaterThan(first);
            assertThat(count(machine, "reinitialize")).isEqualTo(2);
        }
    }

    /** The source may die in the middle of the copy; any other replica at or past the marker will do. */
    @Test
    void pull_sourceDiesInMidCopy_isServedByAnyOtherReplica() throws Exception {
        try (Lab lab = Lab.of(directory, 4)) {
            lab.control().found(1, List.of("n1", "n2", "n3", "n4"));
            Set<String> sources = ConcurrentHashMap.newKeySet();
            LabNode follower = lab.node("n4");
            Gate half = new Gate();
            follower.faults().pull = (group, source, rows) -> {
                sources.add(source);
                if (rows == 40) {
                    half.pass();
                }
            };
            lab.awaitLeader(1);
            follower.crash();
            lab.control().write(1, 1, 80);
            purge(lab, 1);
            follower.start();
            half.awaitReached();
            assertThat(sources).hasSize(1);
            String dead = sources.iterator().next();
            lab.node(dead).crash();
            half.open();
            Lab.until("the follower is ready", () -> follower.machine(1).isReady());
            assertThat(sources).hasSizeGreaterThan(1);
            List<String> alive =
                    lab.ids().stream().filter(id -> !id.equals(dead)).toList();
            lab.control().write(1, 1000, 5);
            lab.awaitEqual(1, alive);
            lab.node(dead).start();
            lab.awaitEqual(1);
        }
    }

    /** No replica can serve for a while: the pull is asked again for as long as it takes, and reads say "not ready". */
    @Test
    void pull_noSourceForAWhile_waitsAndIsNotReady() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            LabNode follower = lab.node("n3");
            follower.faults().pull = (group, source, rows) -> {
                throw new IOException("not now");
            };
            follower.crash();
            lab.control().write(1, 1, 80);
            purge(lab, 1);
            follower.start();
            Lab.until("many tries", () -> count(follower.machine(1), "pull-failed") > 5);
            assertThat(follower.machine(1).isReady()).isFalse();
            follower.faults().pull = (group, source, rows) -> {};
            lab.awaitEqual(1);
        }
    }

    private static LabNode fallBehind(Lab lab, Gate gate) throws Exception {
        LabNode follower = lab.awaitFollower(1);
        follower.crash();
        lab.control().write(1, 1, 80);
        purge(lab, 1);
        follower.faults().pull = (group, source, rows) -> gate.pass();
        follower.start();
        gate.awaitReached();
        return follower;
    }

    static void purge(Lab lab, int group) throws Exception {
        LabNode leader = lab.awaitLeader(group);
        long covered = lab.control().snapshot(group, leader);
        Lab.until(
                "the log of " + leader.id() + " is purged up to about " + covered,
                () -> startIndex(leader, group) > covered - 40);
    }

    static long startIndex(LabNode node, int group) {
        try {
            return node.division(group).getRaftLog().getStartIndex();
        } catch (IOException e) {
            return -1;
        }
    }

    private static long commitIndex(LabNode node) {
        try {
            return node.division(1).getRaftLog().getLastCommittedIndex();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String other(Lab lab, LabNode a, LabNode b) {
        return lab.ids().stream()
                .filter(id -> !id.equals(a.id()) && !id.equals(b.id()))
                .findFirst()
                .orElseThrow();
    }

    static long count(ToyMachine machine, String call) {
        return calls(machine).stream().filter(call::equals).count();
    }

    /** The calls without arguments and threads. */
    static List<String> calls(ToyMachine machine) {
        return machine.trace().stream().map(line -> line.split(" ", 2)[0]).toList();
    }
}
