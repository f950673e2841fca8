package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamReceiverTest {
    private static final Position START = Position.start(3, 1, 77);
    private static final StreamReceiver.Upstream A = new StreamReceiver.Upstream("a", null, true);
    private static final StreamReceiver.Upstream B = new StreamReceiver.Upstream("b", null, false);

    private final StreamReceiver receiver = new StreamReceiver(START);

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
        assertThat(receiver.upstreamChosen(new StreamReceiver.Upstream("b", behind, true)))
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
        receiver.upstreamChosen(B);
        assertThat(receiver.lastChunk(1, at(4)))
                .contains(new Effect.AbandonCatchUp(1), new Effect.ChooseUpstream(Effect.Why.PEER_BEHIND));
        assertThat(receiver.position().seq()).isEqualTo(5);
        assertThat(receiver.suspect()).isTrue();
    }

    @Test
    void digestMismatch_marksSuspect_untilTheSegmentWasFetchedWhole() {
        follow(A, 5);
        receiver.step("a", step(6));
        assertThat(receiver.digestMismatch(at(5)))
                .contains(
                        new Effect.MarkSuspect(Effect.Why.DIGEST),
                        new Effect.Unsubscribe("a"),
                        new Effect.ChooseUpstream(Effect.Why.DIGEST));
        assertThat(receiver.live()).isFalse();
        assertThat(receiver.position()).isEqualTo(at(5));
        assertThat(receiver.upstreamChosen(A)).containsExactly(new Effect.StartCatchUp(1, "a"));
        receiver.lastChunk(1, at(5));
        receiver.installed(1, at(5));
        receiver.accepted("a");
        assertThat(receiver.suspect()).isFalse();
        assertThat(receiver.live()).isTrue();
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
        assertThat(receiver.lastChunk(1, theirs)).containsExactly(new Effect.FinishCatchUp(1, theirs));
    }

    @Test
    void newerIncarnation_isFetched_olderIsLeft() {
        follow(B, 5);
        assertThat(receiver.step("b", fork(0, 70, 9))).contains(new Effect.ChooseUpstream(Effect.Why.OLD_BRANCH));
        receiver.upstreamChosen(B);
        assertThat(receiver.step("b", fork(2, 99, 2))).containsExactly(new Effect.StartCatchUp(1, "b"));
        Position theirs = fork(2, 99, 2).after();
        assertThat(receiver.lastChunk(1, theirs)).containsExactly(new Effect.FinishCatchUp(1, theirs));
        receiver.installed(1, theirs);
        assertThat(receiver.position()).isEqualTo(theirs);
    }

    @Test
    void disconnected_keepsThePosition_andAsksForAnother() {
        follow(A, 5);
        assertThat(receiver.disconnected("a")).contains(new Effect.ChooseUpstream(Effect.Why.DISCONNECTED));
        assertThat(receiver.disconnected("a")).isEmpty();
        assertThat(receiver.upstreamChosen(B)).containsExactly(new Effect.Subscribe("b", Cursor.at(at(5))));
    }

    private void follow(StreamReceiver.Upstream upstream, int steps) {
        receiver.upstreamChosen(upstream);
        for (int seq = 1; seq <= steps; seq++) {
            receiver.step(upstream.peer(), step(seq));
        }
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
