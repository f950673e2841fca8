package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.AlreadyExistsException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One seat moves by one compare-and-set: the newcomer first has an empty group without peers, then the leader swaps the
 * seats, then the old member's group is removed.
 */
class MembershipTest {
    private static final List<String> OLD = List.of("n1", "n2", "n3");
    private static final List<String> NEW = List.of("n1", "n2", "n4");

    @TempDir
    Path directory;

    /** The sequence of Nexus, with the log purged, so that the newcomer needs the rows, and with writes going on. */
    @Test
    void seat_isReplacedUnderLoad_losesNothing() throws Exception {
        try (Lab lab = founded();
                Load load = Load.start(lab, 1)) {
            load.awaitMore(60);
            MarkerPullTest.purge(lab, 1);
            lab.control().addEmpty(1, "n4");
            swap(lab, OLD, NEW);
            Lab.until("n4 has the rows", () -> lab.node("n4").machine(1).isReady());
            lab.control().remove(1, "n3");
            load.awaitMore(20);
            assertThat(lab.control().members(1, lab.awaitLeader(1))).isEqualTo(NEW);
            load.stopAndCheck(1, NEW);
        }
    }

    /** The newcomer counts before it has the rows: Nexus removes the old member only when the newcomer is ready. */
    @Test
    void newcomer_withoutRows_countsInTheMajorityAlready() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 80);
            MarkerPullTest.purge(lab, 1);
            Gate gate = new Gate();
            lab.node("n4").faults().pull = (group, source, rows) -> gate.pass();
            lab.control().addEmpty(1, "n4");
            swap(lab, OLD, NEW);
            assertThat(lab.control().members(1, lab.awaitLeader(1))).isEqualTo(NEW);
            assertThat(lab.node("n4").machine(1).isReady()).isFalse();
            gate.open();
            lab.awaitEqual(1, NEW);
        }
    }

    /** An attempt that comes too late, or a second time, changes nothing: Nexus reads the members before it retries. */
    @Test
    void compareAndSet_membersAreOthersByNow_isRefused() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 5);
            lab.control().addEmpty(1, "n4");
            leads(lab, "n1"); // a leader that has just lost its seat must not be asked again, see LabControl
            swap(lab, OLD, NEW);
            assertThatThrownBy(() -> compareAndSet(lab, OLD, List.of("n1", "n3", "n4")))
                    .hasCauseInstanceOf(SetConfigurationException.class);
            assertThat(lab.control().members(1, lab.awaitLeader(1))).isEqualTo(NEW);
        }
    }

    /** Its own seat can go too: the leader closes its division and another member leads. */
    @Test
    void seatOfTheLeader_isReplaced_anotherLeadsAndTheGroupCanBeRemoved() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 5);
            leads(lab, "n3");
            lab.control().addEmpty(1, "n4");
            swap(lab, OLD, NEW);
            lab.control().write(1, 100, 5);
            lab.control().remove(1, "n3");
            lab.awaitEqual(1, NEW);
        }
    }

    /** A node that follows the segment already has its rows: a newcomer that is past the marker pulls nothing. */
    @Test
    void newcomer_withRowsPastTheMarker_pullsNothingAndAppliesNothingTwice() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 80);
            MarkerPullTest.purge(lab, 1);
            lab.control().write(1, 500, 20);
            lab.node("n4").database().install(1, lab.awaitLeader(1).database().snapshot(1));
            lab.control().addEmpty(1, "n4");
            swap(lab, OLD, NEW);
            lab.control().write(1, 1000, 5);
            lab.awaitEqual(1, NEW);
            assertThat(MarkerPullTest.calls(lab.node("n4").machine(1))).doesNotContain("pull");
        }
    }

    /** The steps of a move are repeated after a crash: an empty group survives a restart and can still be taken in. */
    @Test
    void newcomer_restartsBeforeItIsTakenIn_canStillBeTakenIn() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 5);
            lab.control().addEmpty(1, "n4");
            assertThatThrownBy(() -> lab.control().addEmpty(1, "n4")).hasCauseInstanceOf(AlreadyExistsException.class);
            lab.node("n4").crash();
            lab.node("n4").start();
            swap(lab, OLD, NEW);
            lab.awaitEqual(1, NEW);
        }
    }

    /** A member that was down when its seat went comes back as an orphan: it disturbs nobody until it is removed. */
    @Test
    void formerMember_comesBack_disturbsNobodyAndCanBeRemoved() throws Exception {
        try (Lab lab = founded()) {
            lab.control().write(1, 1, 5);
            lab.node("n3").crash();
            lab.control().addEmpty(1, "n4");
            swap(lab, OLD, NEW);
            lab.node("n3").start();
            lab.control().write(1, 100, 50);
            long term = lab.awaitLeader(1).division(1).getInfo().getCurrentTerm();
            assertThat(lab.node("n3").division(1).getInfo().getCurrentTerm()).isLessThanOrEqualTo(term);
            lab.control().remove(1, "n3");
            lab.awaitEqual(1, NEW);
        }
    }

    /** A cluster grows by one seat at a time; two at once are refused, since the newcomers would be the majority. */
    @Test
    void group_growsFromOneSeatToThree_oneAtATime() throws Exception {
        try (Lab lab = Lab.of(directory, 3)) {
            lab.control().found(1, List.of("n1"));
            lab.control().write(1, 1, 5);
            lab.control().addEmpty(1, "n2");
            lab.control().addEmpty(1, "n3");
            assertThatThrownBy(() -> compareAndSet(lab, List.of("n1"), OLD))
                    .hasCauseInstanceOf(SetConfigurationException.class);
            swap(lab, List.of("n1"), List.of("n1", "n2"));
            swap(lab, List.of("n1", "n2"), OLD);
            lab.awaitEqual(1);
        }
    }

    private Lab founded() throws Exception {
        Lab lab = Lab.of(directory, 4);
        lab.control().found(1, OLD);
        lab.awaitLeader(1);
        return lab;
    }

    private static void leads(Lab lab, String node) {
        Lab.until(
                node + " leads",
                () -> lab.awaitLeader(1).id().equals(node) || lab.control().tryTransfer(1, node));
    }

    /** Tries until it has taken effect, as the leader may change meanwhile. */
    private static void swap(Lab lab, List<String> from, List<String> to) {
        Lab.until(
                "the change is accepted",
                () -> lab.control().areMembers(1, to) || lab.control().trySwap(1, from, to));
        Lab.until("the members are " + to, () -> lab.control().areMembers(1, to));
    }

    private static RaftClientReply compareAndSet(Lab lab, List<String> from, List<String> to) throws Exception {
        return lab.control().compareAndSet(1, lab.awaitLeader(1), from, to);
    }
}
