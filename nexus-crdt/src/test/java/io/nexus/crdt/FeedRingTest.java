package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FeedRingTest {
    private static final Cursor START = new Cursor(3, 1, 77, 0);

    @Test
    void read_ofEmptyRing_saysNotHere() {
        assertThat(new FeedRing().read(START, 1000).verdict()).isEqualTo(Verdict.NOT_HERE);
    }

    @Test
    void read_atHead_isEmpty() {
        FeedRing ring = ring(10, 5);
        FeedRing.Window window = ring.read(START.atSeq(5), 1000);
        assertThat(window.verdict()).isEqualTo(Verdict.STEPS);
        assertThat(window.steps()).isEmpty();
        assertThat(window.next()).isEqualTo(START.atSeq(5));
    }

    @Test
    void read_insideTheWindow_givesWhatFollowsInOrder() {
        FeedRing ring = ring(10, 5);
        assertThat(seqs(ring.read(START.atSeq(2), 1 << 20))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void read_withSmallLimit_givesAtLeastOneStep_andTheCursorGoesOn() {
        FeedRing ring = ring(10, 5);
        FeedRing.Window first = ring.read(START, 1);
        assertThat(seqs(first)).containsExactly(1L);
        assertThat(seqs(ring.read(first.next(), 1 << 20))).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void read_belowTheWindow_saysTooOld() {
        FeedRing ring = ring(3, 10);
        assertThat(ring.read(START.atSeq(6), 1000).verdict()).isEqualTo(Verdict.TOO_OLD);
        assertThat(seqs(ring.read(START.atSeq(7), 1 << 20))).containsExactly(8L, 9L, 10L);
    }

    @Test
    void read_beyondTheHead_saysBehind() {
        assertThat(ring(3, 10).read(START.atSeq(11), 1000).verdict()).isEqualTo(Verdict.BEHIND);
    }

    @Test
    void read_onAnotherBranch_saysFork() {
        assertThat(ring(3, 10).read(new Cursor(3, 1, 78, 9), 1000).verdict()).isEqualTo(Verdict.FORK);
        assertThat(ring(3, 10).read(new Cursor(3, 2, 77, 9), 1000).verdict()).isEqualTo(Verdict.FORK);
    }

    @Test
    void window_isBoundedByBytes_butKeepsTheNewest() {
        FeedRing ring = new FeedRing(250, 100);
        for (int seq = 1; seq <= 20; seq++) {
            ring.append(step(seq, 40));
            assertThat(ring.bytes()).isLessThanOrEqualTo(250);
        }
        ring.append(step(21, 4000));
        assertThat(seqs(ring.read(START.atSeq(20), 10))).containsExactly(21L);
        assertThat(ring.read(START.atSeq(19), 10).verdict()).isEqualTo(Verdict.TOO_OLD);
    }

    @Test
    void append_withAGap_forgetsWhatWasBefore() {
        FeedRing ring = ring(10, 5);
        ring.append(step(9, 10));
        assertThat(ring.read(START.atSeq(5), 1000).verdict()).isEqualTo(Verdict.TOO_OLD);
        assertThat(seqs(ring.read(START.atSeq(8), 1000))).containsExactly(9L);
    }

    @Test
    void reset_movesTheHead_andForgetsTheSteps() {
        FeedRing ring = ring(10, 5);
        ring.reset(START.atSeq(40));
        assertThat(ring.read(START.atSeq(5), 1000).verdict()).isEqualTo(Verdict.TOO_OLD);
        assertThat(ring.read(START.atSeq(40), 1000).verdict()).isEqualTo(Verdict.STEPS);
        assertThat(ring.bytes()).isZero();
        ring.append(step(41, 10));
        assertThat(seqs(ring.read(START.atSeq(40), 1000))).containsExactly(41L);
    }

    @Test
    void open_setsTheHeadOnce() {
        FeedRing ring = new FeedRing();
        ring.open(START.atSeq(7));
        ring.open(START.atSeq(9));
        assertThat(ring.head()).isEqualTo(START.atSeq(7));
        assertThat(ring.read(START.atSeq(7), 1000).verdict()).isEqualTo(Verdict.STEPS);
    }

    @Test
    void step_isEncodedOnceForAllReaders() {
        FeedRing ring = ring(10, 1);
        assertThat(ring.read(START, 1000).steps().get(0))
                .isSameAs(ring.read(START, 1000).steps().get(0));
    }

    private static FeedRing ring(int stepsMax, int steps) {
        FeedRing ring = new FeedRing(1 << 20, stepsMax);
        for (int seq = 1; seq <= steps; seq++) {
            ring.append(step(seq, 10));
        }
        return ring;
    }

    private static Step step(long seq, int valueBytes) {
        Position after = new Position(3, 1, 77, seq, 1, seq, 0, Digest.ZERO, 0);
        return new Step(after, List.of(new RowChange(new byte[] {1}, new byte[valueBytes])));
    }

    private static List<Long> seqs(FeedRing.Window window) {
        return window.steps().stream().map(b -> StepCodec.decode(b).seq()).toList();
    }
}
