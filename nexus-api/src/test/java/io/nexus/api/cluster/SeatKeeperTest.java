package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.consensus.Decided;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SeatKeeperTest {
    private static final String SELF = "00000000-0000-0000-0000-000000000001";

    private final FakeStore store = new FakeStore();
    private final FakeGroups groups = new FakeGroups();
    private final TurnExecutor disk = new TurnExecutor();
    private final List<String> done = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();
    private long now = 1;
    private Outcome outcome = Outcome.Accepted.CHANGED;
    private CompletableFuture<Void> operation = CompletableFuture.completedFuture(null);

    private final LocalState self = new LocalState(SELF, groups, store, segment -> true, () -> now);
    private final NodeIdentity identity = new NodeIdentity(StoredIdentity.blank(SELF), saved -> {}, () -> {});
    private final PeerWatch watch = new PeerWatch(HeartbeatSettings.DEFAULT, () -> now);
    private final Freshness freshness = new Freshness(self::position, () -> now);
    private final ClusterPlan founding = TestPlans.plan(SELF, "n0:9002", 3);
    private Layout layout;
    private SeatKeeper keeper;

    /* --------------- new in the cluster --------------- */

    @Test
    void establish_founding_createsEveryGroupWithItsMembers() {
        identity.accept(founding);
        identity.inForce();
        create();
        CompletableFuture<Void> established = keeper.establish(disk);
        disk.runAll();
        assertThat(established).isCompleted();
        assertThat(done).hasSize(13).first().asString().startsWith("create 0 [").contains(SELF);
        assertThat(identity.stage()).isEqualTo(Stage.FOUNDED);
        assertThat(identity.groups()).hasSize(13);
    }

    @Test
    void establish_newerPlanIsKnown_stillFoundsWithTheFoundingMembers() {
        identity.accept(founding);
        identity.inForce();
        create();
        String lost = founding.nodes().get(1).nodeId();
        record(TestPlans.replaced(founding, lost, TestPlans.entry("m1:9002")), 5);
        layout.refresh();
        CompletableFuture<Void> established = keeper.establish(disk);
        disk.runAll();
        assertThat(established).isCompleted();
        assertThat(done).hasSize(13).allMatch(each -> each.contains(lost));
        assertThat(identity.plan()).isEqualTo(layout.current());
    }

    @Test
    void establish_replacing_createsEmptyGroups() {
        identity.replace(founding);
        create();
        keeper.establish(disk);
        disk.runAll();
        assertThat(done).hasSize(13).allMatch(each -> each.startsWith("empty "));
        assertThat(identity.stage()).isEqualTo(Stage.FOUNDED);
    }

    @Test
    void establish_aGroupFails_isNotFounded() {
        identity.accept(founding);
        identity.inForce();
        operation = CompletableFuture.failedFuture(new IllegalStateException("disk full"));
        create();
        CompletableFuture<Void> established = keeper.establish(disk);
        disk.runAll();
        assertThat(established).isCompletedExceptionally();
        assertThat(identity.stage()).isEqualTo(Stage.FORMING);
    }

    /* --------------- the founding act --------------- */

    @Test
    void look_leaderOfMetaGroupWithoutPlanRow_recordsTheFounding() {
        founded();
        hostAll(-1);
        groups.leads(0, 1, SELF, founding.seats().get(0));
        keeper.look();
        assertThat(commands).containsExactly(new Command.FoundCluster(founding));
        record(founding, 1);
        keeper.look();
        assertThat(commands).hasSize(1);
        assertThat(keeper.problems()).isEmpty();
    }

    @Test
    void look_foundingRejected_isAProblem() {
        founded();
        hostAll(-1);
        outcome = Outcome.Rejected.because(Reason.INVALID_FIELD, "another cluster");
        groups.leads(0, 1, SELF, founding.seats().get(0));
        keeper.look();
        assertThat(keeper.problems()).singleElement().asString().contains("record the founding", "another cluster");
    }

    /* --------------- seats --------------- */

    @Test
    void look_newSeat_createsAnEmptyMemberOnce() {
        founded();
        hostAll(3);
        identity.keepGroups(
                identity.groups().stream().filter(segment -> segment != 3).toList());
        keeper.look();
        assertThat(done).containsExactly("empty 3");
        groups.follows(3, 0, null, List.of());
        keeper.look();
        assertThat(done).hasSize(1);
        assertThat(identity.groups()).contains(3);
    }

    @Test
    void look_groupThatWasHereIsGone_isNeverMadeAnew() {
        founded();
        hostAll(3);
        keeper.look();
        keeper.look();
        assertThat(done).isEmpty();
        assertThat(keeper.problems()).singleElement().asString().contains("[3]", "empty the whole data directory");
    }

    @Test
    void look_oneOperationAtATime() {
        founded();
        hostAll(3);
        identity.keepGroups(List.of());
        operation = new CompletableFuture<>();
        keeper.look();
        keeper.look();
        assertThat(done).containsExactly("empty 3");
        operation.complete(null);
        keeper.look();
        assertThat(done).hasSize(2);
    }

    @Test
    void look_replacedMember_isSwappedWhenTheNewNodeWaits() {
        founded();
        hostAll(-1);
        NodeEntry lost = founding.nodes().get(1);
        NodeEntry fresh = TestPlans.entry(lost.peerAddr());
        record(TestPlans.replaced(founding, lost.nodeId(), fresh), 2);
        groups.leads(4, 6, SELF, founding.seats().get(4));
        watch.watch(List.of(fresh.nodeId(), founding.nodes().get(0).nodeId()));
        keeper.look();
        assertThat(done).as("it was not heard of").isEmpty();
        report(fresh.nodeId(), Set.of(1, 2), Map.of());
        keeper.look();
        assertThat(done).as("its group does not run").isEmpty();
        report(fresh.nodeId(), Set.of(1, 2, 4), Map.of());
        keeper.look();
        assertThat(done).as("the third member was not heard of").isEmpty();
        reportCopy(founding.nodes().get(0).nodeId(), 4, false);
        keeper.look();
        assertThat(done).as("the third member has no rows yet").isEmpty();
        reportCopy(founding.nodes().get(0).nodeId(), 4, true);
        keeper.look();
        assertThat(done).containsExactly("replace 4 " + lost.nodeId() + " by " + fresh.nodeId());
    }

    @Test
    void look_newMemberInButOldOneToo_letsTheOldOneGo() {
        founded();
        hostAll(-1);
        NodeEntry lost = founding.nodes().get(1);
        NodeEntry fresh = TestPlans.entry(lost.peerAddr());
        record(TestPlans.replaced(founding, lost.nodeId(), fresh), 2);
        List<String> members = new ArrayList<>(founding.seats().get(4));
        members.add(fresh.nodeId());
        groups.leads(4, 6, SELF, members);
        watch.watch(List.of(fresh.nodeId(), founding.nodes().get(0).nodeId()));
        report(fresh.nodeId(), Set.of(4), Map.of());
        reportCopy(founding.nodes().get(0).nodeId(), 4, true);
        keeper.look();
        assertThat(done).as("the new member pulls its rows").isEmpty();
        reportCopy(fresh.nodeId(), 4, true);
        keeper.look();
        assertThat(done)
                .as("in whose favour is of no matter")
                .singleElement()
                .asString()
                .startsWith("replace 4 " + lost.nodeId() + " by ");
    }

    @Test
    void look_memberUnchangedOrNotLed_isLeftAlone() {
        founded();
        hostAll(-1);
        record(founding, 2);
        groups.leads(4, 6, SELF, founding.seats().get(4));
        keeper.look();
        assertThat(done).isEmpty();
        assertThat(keeper.problems()).isEmpty();
    }

    @Test
    void look_surplusGroup_isRemovedOnlyOnTheLeadersWord() {
        founded();
        hostAll(-1);
        String other = founding.nodes().get(1).nodeId();
        List<List<String>> seats = new ArrayList<>(founding.seats());
        seats.set(
                4, seats.get(4).stream().filter(member -> !member.equals(SELF)).toList());
        record(TestPlans.next(founding, founding.nodes(), seats), 2);
        watch.watch(List.of(other));
        report(other, Set.of(4), Map.of(4, new PeerReport.Led(6, false)));
        keeper.look();
        keeper.look();
        assertThat(done).as("the plan may be old").isEmpty();
        freshness.observe(0, 1, 2, now);
        report(other, Set.of(4), Map.of(4, new PeerReport.Led(6, true)));
        keeper.look();
        keeper.look();
        assertThat(done).as("the leader still counts on this member").isEmpty();
        report(other, Set.of(4), Map.of(4, new PeerReport.Led(0, false)));
        keeper.look();
        assertThat(done).as("a leader of the past").isEmpty();
        report(other, Set.of(4), Map.of(4, new PeerReport.Led(6, false)));
        keeper.look();
        assertThat(done).containsExactly("remove 4");
        groups.gone(4);
        keeper.look();
        assertThat(identity.groups()).doesNotContain(4);
        assertThat(keeper.problems()).isEmpty();
    }

    @Test
    void look_thisNodeWasReplaced_touchesNothing() {
        founded();
        record(TestPlans.replaced(founding, SELF, TestPlans.entry("n0:9002")), 2);
        keeper.look();
        assertThat(done).isEmpty();
        assertThat(keeper.problems()).singleElement().asString().contains("was replaced by another one");
    }

    @Test
    void look_operationFails_isAProblemUntilItSucceeds() {
        founded();
        hostAll(3);
        identity.keepGroups(List.of());
        operation = CompletableFuture.failedFuture(new IllegalStateException("no space"));
        keeper.look();
        assertThat(keeper.problems()).singleElement().asString().contains("segment 3", "no space");
        operation = CompletableFuture.completedFuture(null);
        keeper.look();
        assertThat(done).as("it rests first").hasSize(1);
        now += TimeUnit.SECONDS.toNanos(2);
        keeper.look();
        assertThat(done).hasSize(2);
        assertThat(keeper.problems()).isEmpty();
    }

    /* --------------- fixtures --------------- */

    private void founded() {
        identity.replace(founding);
        identity.keepGroups(IntStream.rangeClosed(0, 12).boxed().toList());
        identity.founded();
        create();
    }

    private void create() {
        layout = new Layout(identity, store.segment(0), Runnable::run);
        keeper = new SeatKeeper(
                self,
                identity,
                layout,
                new SeatKeeper.Neighbours(watch, freshness),
                new Control(),
                (segment, id, command, deadline) -> {
                    commands.add(command);
                    return CompletableFuture.completedFuture(new Decided(outcome, new Token(0, 1, 1)));
                });
    }

    /** All groups run here but one. */
    private void hostAll(int except) {
        for (int segment = 0; segment <= 12; segment++) {
            if (segment != except) {
                groups.follows(segment, 5, null, founding.seats().get(segment));
            }
        }
    }

    private void record(ClusterPlan plan, long seq) {
        store.planRow(plan, seq);
    }

    private void report(String node, Set<Integer> hosted, Map<Integer, PeerReport.Led> led) {
        now += TimeUnit.MILLISECONDS.toNanos(1);
        watch.answered(new PeerReport(node, now, hosted, led, Map.of()));
    }

    /** The node's copy of a segment that it is a member of. */
    private void reportCopy(String node, int segment, boolean intact) {
        now += TimeUnit.MILLISECONDS.toNanos(1);
        PeerReport.Copy copy = new PeerReport.Copy(1, 7, intact, null, 1);
        watch.answered(new PeerReport(node, now, Set.of(segment), Map.of(), Map.of(segment, copy)));
    }

    private final class Control implements GroupControl {
        @Override
        public CompletableFuture<Void> createGroup(int segment, List<NodeEntry> members) {
            done.add("create " + segment + " "
                    + members.stream().map(NodeEntry::nodeId).toList());
            return operation;
        }

        @Override
        public CompletableFuture<Void> createEmpty(int segment) {
            done.add("empty " + segment);
            return operation;
        }

        @Override
        public CompletableFuture<Void> replaceMember(int segment, String oldNodeId, NodeEntry replacement) {
            done.add("replace " + segment + " " + oldNodeId + " by " + replacement.nodeId());
            return operation;
        }

        @Override
        public CompletableFuture<Void> removeGroup(int segment) {
            done.add("remove " + segment);
            return operation;
        }
    }
}
