package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.Branches.Branch;
import io.nexus.crdt.Branches.Coverage;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BranchesTest {
    private static final int STREAM = 3;
    private static final Branches TWICE =
            Branches.NONE.with(new Branch(2, 22, 40)).with(new Branch(3, 33, 30));

    @Test
    void validity_endsAtTheSmallestLaterForkPoint() {
        assertThat(TWICE.validUpTo(1)).isEqualTo(30);
        assertThat(TWICE.validUpTo(2)).isEqualTo(30);
        assertThat(TWICE.validUpTo(3)).isEqualTo(Long.MAX_VALUE);
        assertThat(Branches.NONE
                        .with(new Branch(2, 22, 40))
                        .with(new Branch(3, 33, 50))
                        .validUpTo(1))
                .isEqualTo(40);
    }

    @Test
    void token_ofTheSameIncarnation_isComparedBySeq() {
        assertThat(Branches.NONE.covers(token(1, 7), at(1, 11, 7))).isEqualTo(Coverage.SATISFIED);
        assertThat(Branches.NONE.covers(token(1, 8), at(1, 11, 7))).isEqualTo(Coverage.NOT_YET);
    }

    @Test
    void token_ofALostBranch_isLostAtOnce() {
        assertThat(TWICE.covers(token(1, 31), at(3, 33, 100))).isEqualTo(Coverage.LOST);
        assertThat(TWICE.covers(token(2, 35), at(3, 33, 31))).isEqualTo(Coverage.LOST);
        assertThat(TWICE.covers(token(1, 31), at(1, 11, 90)))
                .as("also on a copy that has it, once the table is known")
                .isEqualTo(Coverage.LOST);
    }

    @Test
    void token_ofAnOlderIncarnation_countsIfTheForkKeptIt() {
        assertThat(TWICE.covers(token(1, 30), at(3, 33, 31))).isEqualTo(Coverage.SATISFIED);
        assertThat(TWICE.covers(token(2, 25), at(3, 33, 31))).isEqualTo(Coverage.SATISFIED);
    }

    @Test
    void token_thatCannotBeJudged_isNotYet() {
        assertThat(TWICE.covers(token(4, 1), at(3, 33, 100))).isEqualTo(Coverage.NOT_YET);
        assertThat(Branches.NONE.covers(token(1, 5), at(2, 22, 100)))
                .as("a table that does not lead to the copy's incarnation says nothing")
                .isEqualTo(Coverage.NOT_YET);
        assertThatThrownBy(() -> TWICE.covers(new Token(STREAM + 1, 1, 1), at(3, 33, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void copy_beforeTheForkPoint_leadsIntoTheNewBranch() {
        Cursor now = new Cursor(STREAM, 3, 33, 50);
        assertThat(TWICE.leads(new Cursor(STREAM, 1, 11, 30), now)).isTrue();
        assertThat(TWICE.leads(new Cursor(STREAM, 1, 11, 31), now)).isFalse();
        assertThat(TWICE.leads(new Cursor(STREAM, 3, 33, 50), now)).isTrue();
        assertThat(TWICE.leads(new Cursor(STREAM, 3, 34, 20), now))
                .as("another nonce")
                .isFalse();
        assertThat(TWICE.leads(now, new Cursor(STREAM, 2, 22, 60)))
                .as("backwards")
                .isFalse();
    }

    @Test
    void table_withIncarnationsOutOfOrder_isRefused() {
        assertThatThrownBy(() -> TWICE.with(new Branch(3, 1, 99))).hasMessageContaining("ascend");
        assertThatThrownBy(() -> new Branch(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Against a model that keeps the set of writes that survived each fork. */
    @Test
    void coverage_isWhatTheHistorySays() {
        Seeds.forEach(300, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Branches table = Branches.NONE;
            Set<Token> surviving = new HashSet<>();
            Set<Token> everWritten = new HashSet<>();
            int incarnation = 1;
            long seq = 0;
            for (int i = 0; i < 60; i++) {
                if (random.nextInt(10) == 0) {
                    long fork = random.nextLong(seq + 1);
                    incarnation += 1 + random.nextInt(2);
                    table = table.with(new Branch(incarnation, incarnation, fork));
                    surviving.removeIf(token -> token.seq() > fork);
                    seq = fork;
                }
                seq++;
                everWritten.add(token(incarnation, seq));
                surviving.add(token(incarnation, seq));
            }
            Position here = at(incarnation, incarnation, seq);
            for (Token token : everWritten) {
                assertThat(table.covers(token, here))
                        .as("%s in %s", token, table)
                        .isEqualTo(surviving.contains(token) ? Coverage.SATISFIED : Coverage.LOST);
            }
        });
    }

    private static Token token(int incarnation, long seq) {
        return new Token(STREAM, incarnation, seq);
    }

    private static Position at(int incarnation, long nonce, long seq) {
        return new Position(STREAM, incarnation, nonce, seq, 1, seq, 0, Digest.ZERO, 0);
    }
}
