package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.Branches;
import io.nexus.crdt.Branches.Branch;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class BranchesRowTest {
    private static final Branches TABLE =
            Branches.NONE.with(new Branch(2, -1L, 0)).with(new Branch(7, 9, Long.MAX_VALUE));

    @Test
    void decoded_isWhatWasEncoded() {
        assertThat(BranchesRow.decode(BranchesRow.encode(TABLE))).isEqualTo(TABLE);
        assertThat(BranchesRow.decode(BranchesRow.encode(Branches.NONE))).isEqualTo(Branches.NONE);
    }

    @Test
    void bytes_areTheDurableFormat() {
        byte[] bytes = BranchesRow.encode(Branches.NONE.with(new Branch(2, 3, 300)));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("0101000000020000000000000003ac02");
        assertThat(RowKeys.branches()).containsExactly(0x05);
    }

    @Test
    void otherBytes_areRefused() {
        assertThatThrownBy(() -> BranchesRow.decode(new byte[] {9})).hasMessageContaining("version 9");
        assertThatThrownBy(() -> BranchesRow.decode(new byte[] {1, 2, 0})).isInstanceOf(RuntimeException.class);
    }

    @Test
    void step_showsTheTableThatItWrites() {
        Position after = Position.start(1, 7, 9);
        RowChange row = new RowChange(RowKeys.branches(), BranchesRow.encode(TABLE));
        assertThat(BranchesRow.in(new Step(after, List.of(new RowChange(RowKeys.pool(1), null), row))))
                .isEqualTo(TABLE);
        assertThat(BranchesRow.in(new Step(after, List.of()))).isNull();
    }
}
