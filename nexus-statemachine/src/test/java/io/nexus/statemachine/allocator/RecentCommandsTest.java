package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.rows.RecentRow;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentCommandsTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final long KEEP = RecentCommands.KEEP_MILLIS;

    private final RecentCommands recent = new RecentCommands();

    private static RecentRow row(long clockMillis, int firstId, int count) {
        return new RecentRow(
                clockMillis,
                IntStream.range(firstId, firstId + count)
                        .mapToObj(id -> (RecentRow.Entry) new RecentRow.Refused(id, 0))
                        .toList());
    }

    @Test
    void command_isFoundInItsLastStep() {
        recent.add(5, row(NOW, 1, 3));
        recent.add(9, row(NOW, 3, 3));
        assertThat(recent.stepOf(1)).isEqualTo(5);
        assertThat(recent.stepOf(3)).isEqualTo(9);
        assertThat(recent.stepOf(6)).isZero();
        recent.forget(5, row(NOW, 1, 3));
        assertThat(recent.stepOf(1)).isZero();
        assertThat(recent.stepOf(3)).isEqualTo(9);
        assertThat(recent.remembered()).isEqualTo(3);
    }

    @Test
    void oldSteps_areForgettable_aFewWithEachBatch_andNeverTheLast() {
        for (int seq = 1; seq <= 3; seq++) {
            recent.add(seq, row(NOW + seq, seq, 1));
        }
        assertThat(recent.forgettable(NOW + KEEP, 0)).isZero();
        assertThat(recent.forgettable(NOW + KEEP + 1, 0)).isEqualTo(1);
        assertThat(recent.forgettable(NOW + KEEP + 1, RecentCommands.DROPPED_PER_BATCH_MAX))
                .isZero();
        recent.forget(1, row(NOW + 1, 1, 1));
        assertThat(recent.forgettable(NOW + KEEP + 1, 1)).isZero();
        recent.forget(2, row(NOW + 2, 2, 1));
        assertThat(recent.forgettable(NOW + 10 * KEEP, 0)).isZero();
    }

    @Test
    void tooMany_areForgettable_howeverYoung() {
        int half = RecentCommands.COMMANDS_MAX / 2;
        recent.add(1, row(NOW, 0, half));
        recent.add(2, row(NOW, half, half));
        assertThat(recent.forgettable(NOW, 0)).isZero();
        recent.add(3, row(NOW, 2 * half, 1));
        assertThat(recent.forgettable(NOW, RecentCommands.DROPPED_PER_BATCH_MAX))
                .isEqualTo(1);
        recent.forget(1, row(NOW, 0, half));
        assertThat(recent.forgettable(NOW, 0)).isZero();
        assertThat(recent.stepOf(0)).isZero();
        assertThat(recent.stepOf(half)).isEqualTo(2);
    }

    @Test
    void steps_outOfOrder_break() {
        recent.add(5, row(NOW, 1, 1));
        assertThatThrownBy(() -> recent.add(5, row(NOW, 2, 1))).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> recent.forget(6, row(NOW, 1, 1))).isInstanceOf(InvariantBroken.class);
    }
}
