package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamReceiverTest {
    private static final Position START = Position.start(3, 1, 77);
    private static final Upstream A = new Upstream("a", null, true);
    private static final Upstream B = new Upstream("b", null, false);

    private static final Branches FORKED_AT_5 = Branches.NONE.with(new Branches.Branch(2, 99, 5));

    private final StreamReceiver receiver =
            new StreamReceiver(START, step -> step.after().incarnation() == 2 ? FORKED_AT_5 : null);

    @Test
    void chosenUpstream_isAskedFromThePosition() {
        assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.Subscribe("a", Cursor.at(START)));
        assertThat(receiver.live()).isFalse();
        assertThat(receiver.accepted("a")).containsExactly(new Effect.MarkLive());
        assertThat(receiver.live()).isTrue();
    }

    @Test
    void upstreamKnownToBeBehind_isNotTaken() {
        follow(A, 3);
        Cursor behind = Cursor.at(at(2));
        assertThat(receiver.upstreamChosen(new Upstream("b", behind, true)))
                .contains(new Effect.Discard(Effect.Why.PEER_BEHIND))
                .noneMatch(e -> e instanceof Effect.Subscribe);
        assertThat(receiver.upstream()).isNull();
    }

    @Test
    void nextStep_isApplied_andMovesThePosition() {
        receiver.upstreamChosen(A);
        Step step = step(1);
        assertThat(receiver.step("a", step)).containsExactly(new Effect.Apply(step), new Effect.MarkLive());
        assertThat(receiver.position()).isEqualTo(step.after());
    }

    @Test
    void stepAgain_isDropped() {
        follow(A, 2);
        assertThat(receiver.step("a", step(2))).containsExactly(new Effect.Discard(Effect.Why.DUPLICATE));
        assertThat(receiver.step("a", step(1))).containsExactly(new Effect.Discard(Effect.Why.DUPLICATE));
        assertThat(receiver.position().seq()).isEqualTo(2);
    }

    @Test
    void gap_isAskedForAgainOnce_untilTheAnswerComes() {
        follow(A, 2);
        assertThat(receiver.step("a", step(4))).contains(new Effect.Subscribe("a", Cursor.at(at(2))));
        assertThat(receiver.step("a", step(5))).containsExactly(new Effect.Discard(Effect.Why.GAP));
        assertThat(receiver.step("a", step(3))).hasAtLeastOneElementOfType(Effect.Apply.class);
        assertThat(receiver.step("a", step(6))).contains(new Effect.Subscribe("a", Cursor.at(at(3))));
        assertThat(receiver.position().seq()).isEqualTo(3);
    }

    @Test
    void stepFromAFormerUpstream_isDropped() {
        follow(A, 1);
        receiver.upstreamChosen(B);
        assertThat(receiver.step("a", step(2))).containsExactly(new Effect.Discard(Effect.Why.NOT_UPSTREAM));
    }

    @Test
    void tooOld_asksForAnotherFirst_andFetchesWholeFromTheOneThatSaidIt() {
        receiver.upstreamChosen(A);
        assertThat(receiver.verdict("a", Verdict.TOO_OLD)).contains(new Effect.ChooseUpstream(Effect.Why.TOO_OLD));
        assertThat(receiver.tooOldAt("a")).isTrue();
        assertThat(receiver.upstreamChosen(B)).containsExactly(new Effect.Subscribe("b", Cursor.at(START)));
        receiver.verdict("b", Verdict.TOO_OLD);
        assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.StartCatchUp(1, "a"));
        assertThat(receiver.catchingUp()).isTrue();
    }

    @Test
    void catchUp_movesThePositionOnlyAtItsEnd_andIgnoresTheTail() {
        startCatchUp();
        assertThat(receiver.step("a", step(1))).containsExactly(new Effect.Discard(Effect.Why.CATCHING_UP));
        assertThat(receiver.chunk(1, rows(1, 2))).hasOnlyElementsOfType(Effect.PutRows.class);
        assertThat(receiver.position()).isEqualTo(START);
        assertThat(receiver.lastChunk(1, at(9))).containsExactly(new Effect.FinishCatchUp(1, at(9)));
        assertThat(receiver.position()).isEqualTo(START);
        assertThat(receiver.installed(1, at(9))).containsExactly(new Effect.Subscribe("a", Cursor.at(at(9))));
        assertThat(receiver.position()).isEqualTo(at(9));
    }

    @Test
    void chunksOfAnEarlierSession_orOutOfOrder_areDropped() {
        startCatchUp();
        receiver.catchUpFailed(1);
        receiver.upstreamChosen(A);
        assertThat(receiver.chunk(1, rows(1))).containsExactly(new Effect.Discard(Effect.Why.OLD_SESSION));
        assertThat(receiver.lastChunk(1, at(9))).containsExactly(new Effect.Discard(Effect.Why.OLD_SESSION));
        receiver.chunk(2, rows(5, 6));
        assertThat(receiver.chunk(2, rows(5, 6))).containsExactly(new Effect.Discard(Effect.Why.OUT_OF_ORDER));
    }

    @Test
    void catchUpFromANodeThatIsBehind_isRefused() {
        follow(A, 5);
        receiver.digestMismatch(at(5));
        assertThat(receiver.upstreamChosen(B)).containsExactly(new Effect.StartRepair(1, "b"));
        receiver.repairFailed(1, RepairFailure.TOO_MUCH, false);
        assertThat(receiver.lastChunk(2, at(4)))
                .contains(new Effect.AbandonCatchUp(2), new Effect.ChooseUpstream(Effect.Why.PEER_BEHIND));
        assertThat(receiver.position().seq()).isEqualTo(5);
        assertThat(receiver.suspect()).isTrue();
    }

    @Test
    void digestMismatch_marksSuspect_untilTheCopyIsRepaired() {
        suspectAt5();
        assertThat(receiver.live()).isFalse();
        assertThat(receiver.position()).isEqualTo(at(5));
        assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.StartRepair(1, "a"));
        assertThat(receiver.step("a", step(6))).containsExactly(new Effect.Discard(Effect.Why.CATCHING_UP));
        assertThat(receiver.repairOffered(1, at(7))).containsExactly(new Effect.ContinueRepair(1));
        List<RowChange> changes = rows(3);
        assertThat(receiver.repairFound(1, at(7), false, changes))
                .containsExactly(new Effect.Correct(1, at(7), changes));
        assertThat(receiver.position()).as("until the changes are made").isEqualTo(at(5));
        assertThat(receiver.installed(1, at(7))).containsExactly(new Effect.Subscribe("a", Cursor.at(at(7))));
        receiver.accepted("a");
        assertThat(receiver.suspect()).isFalse();
        assertThat(receiver.live()).isTrue();
    }

    @Test
    void repair_fromANodeThatIsBehind_isRefused() {
        suspectAt5();
        receiver.upstreamChosen(B);
        assertThat(receiver.repairOffered(1, at(4)))
                .contains(new Effect.AbandonCatchUp(1), new Effect.ChooseUpstream(Effect.Why.PEER_BEHIND));
        assertThat(receiver.suspect()).isTrue();
    }

    @Test
    void repair_thatIsTooMuch_orDoesNotFit_becomesACatchUpFromTheSame() {
        for (RepairFailure failure : List.of(RepairFailure.TOO_MUCH, RepairFailure.MISFIT)) {
            StreamReceiver fresh = new StreamReceiver(at(5), step -> null);
            fresh.foundWrong();
            fresh.upstreamChosen(A);
            assertThat(fresh.repairFailed(1, failure, false)).containsExactly(new Effect.StartCatchUp(2, "a"));
        }
    }

    @Test
    void repair_thatBreaksOffAgainAndAgain_becomesACatchUp() {
        suspectAt5();
        for (int session = 1; session <= 3; session++) {
            assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.StartRepair(session, "a"));
            receiver.repairFailed(session, RepairFailure.BROKEN, false);
        }
        assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.StartCatchUp(4, "a"));
    }

    @Test
    void sourceThatIsWrongItself_isLeft_andAnIntactCopyTrustedAgain() {
        suspectAt5();
        receiver.upstreamChosen(A);
        assertThat(receiver.repairFailed(1, RepairFailure.SOURCE_WRONG, false))
                .contains(new Effect.ChooseUpstream(Effect.Why.PEER_WRONG));
        assertThat(receiver.suspect()).isTrue();
        receiver.upstreamChosen(B);
        receiver.repairFailed(2, RepairFailure.SOURCE_WRONG, true);
        assertThat(receiver.suspect()).as("its rows are what its position says").isFalse();
    }

    @Test
    void betweenTwoCopiesThatVouchForThemselves_onlyAMembersWordCounts() {
        suspectAt5();
        receiver.upstreamChosen(B);
        assertThat(receiver.repairFound(1, at(6), true, rows(1)))
                .contains(new Effect.ChooseUpstream(Effect.Why.UNDECIDED));
        receiver.upstreamChosen(A);
        assertThat(receiver.repairFound(2, at(6), true, rows(1))).hasOnlyElementsOfType(Effect.Correct.class);
    }

    @Test
    void otherNonce_fromAMember_isFetched_fromAnybodyElse_isLeft() {
        follow(B, 5);
        assertThat(receiver.step("b", fork(1, 78, 6))).contains(new Effect.ChooseUpstream(Effect.Why.OTHER_BRANCH));
        assertThat(receiver.suspect()).isFalse();
        receiver.upstreamChosen(A);
        assertThat(receiver.step("a", fork(1, 78, 6))).contains(new Effect.MarkSuspect(Effect.Why.OTHER_BRANCH));
        receiver.upstreamChosen(A);
        Position theirs = fork(1, 78, 3).after();
        assertThat(receiver.repairOffered(1, theirs)).containsExactly(new Effect.ContinueRepair(1));
    }

    @Test
    void olderIncarnation_isLeft() {
        follow(B, 5);
        assertThat(receiver.step("b", fork(0, 70, 9))).contains(new Effect.ChooseUpstream(Effect.Why.OLD_BRANCH));
    }

    @Test
    void newerIncarnation_atTheForkPoint_isFollowedWithoutABreak() {
        follow(B, 5);
        Step first = fork(2, 99, 6);
        assertThat(receiver.step("b", first)).containsExactly(new Effect.Apply(first));
        assertThat(receiver.live()).isTrue();
        assertThat(receiver.position()).isEqualTo(first.after());
    }

    @Test
    void newerIncarnation_beyondTheForkPoint_supersedesTheCopy() {
        follow(B, 6);
        assertThat(receiver.step("b", fork(2, 99, 6)))
                .containsExactly(new Effect.MarkSuperseded(), new Effect.StartRepair(1, "b"));
        assertThat(receiver.superseded()).isTrue();
        assertThat(receiver.live()).isFalse();
        Position theirs = fork(2, 99, 9).after();
        assertThat(receiver.repairOffered(1, theirs)).containsExactly(new Effect.ContinueRepair(1));
        assertThat(receiver.repairFound(1, theirs, true, rows(1))).hasOnlyElementsOfType(Effect.Correct.class);
        receiver.installed(1, theirs);
        assertThat(receiver.superseded()).isFalse();
        assertThat(receiver.position()).isEqualTo(theirs);
    }

    @Test
    void newerIncarnation_furtherOn_isAskedForFromThePosition() {
        follow(B, 4);
        assertThat(receiver.step("b", fork(2, 99, 7))).contains(new Effect.Subscribe("b", Cursor.at(at(4))));
        assertThat(receiver.superseded()).isFalse();
    }

    @Test
    void forkSaidByAMember_supersedesTheCopy() {
        receiver.upstreamChosen(A);
        assertThat(receiver.verdict("a", Verdict.FORK)).contains(new Effect.StartRepair(1, "a"));
        assertThat(receiver.superseded()).isTrue();
    }

    @Test
    void disconnected_keepsThePosition_andAsksForAnother() {
        follow(A, 5);
        assertThat(receiver.disconnected("a")).contains(new Effect.ChooseUpstream(Effect.Why.DISCONNECTED));
        assertThat(receiver.disconnected("a")).isEmpty();
        assertThat(receiver.upstreamChosen(B)).containsExactly(new Effect.Subscribe("b", Cursor.at(at(5))));
    }

    private void follow(Upstream upstream, int steps) {
        receiver.upstreamChosen(upstream);
        for (int seq = 1; seq <= steps; seq++) {
            receiver.step(upstream.peer(), step(seq));
        }
    }

    private void suspectAt5() {
        follow(A, 5);
        receiver.step("a", step(6));
        assertThat(receiver.digestMismatch(at(5)))
                .contains(
                        new Effect.MarkSuspect(Effect.Why.DIGEST),
                        new Effect.Unsubscribe("a"),
                        new Effect.ChooseUpstream(Effect.Why.DIGEST));
    }

    private void startCatchUp() {
        receiver.upstreamChosen(A);
        receiver.verdict("a", Verdict.TOO_OLD);
        receiver.upstreamChosen(A);
    }

    private static Position at(long seq) {
        return new Position(3, 1, 77, seq, 1, seq, 0, Digest.ZERO, 0);
    }

    private static Step step(long seq) {
        return new Step(at(seq), rows((int) seq));
    }

    private static Step fork(int incarnation, long nonce, long seq) {
        return new Step(new Position(3, incarnation, nonce, seq, 1, seq, 0, Digest.ZERO, 0), rows(1));
    }

    private static List<RowChange> rows(int... keys) {
        return java.util.Arrays.stream(keys)
                .mapToObj(k -> new RowChange(new byte[] {(byte) k}, new byte[] {1}))
                .toList();
    }
}
