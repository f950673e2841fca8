package io.nexus.statemachine.storage;

import static io.nexus.statemachine.storage.Sample.allocation;
import static io.nexus.statemachine.storage.Sample.allocationKey;
import static io.nexus.statemachine.storage.Sample.held;
import static io.nexus.statemachine.storage.Sample.next;
import static io.nexus.statemachine.storage.Sample.poolKey;
import static io.nexus.statemachine.storage.Sample.put;
import static io.nexus.statemachine.storage.Sample.text;
import static io.nexus.statemachine.storage.Sample.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What every store promises of damage: a recount sees it, a correction mends it. */
abstract class CorrectionContract extends StoreContract {
    abstract void damage(byte[] key, byte[] value);

    @Test
    void recount_seesWhatTheIncrementalDigestDoesNot() {
        fill(10);
        assertThat(recount().intact()).isTrue();
        Position believed = position();
        damage(allocationKey(4), allocation(77, 1));
        assertThat(position()).isEqualTo(believed);
        assertThat(recount().intact()).isFalse();
        damage(allocationKey(4), null);
        Recount found = recount();
        assertThat(found.rows()).isEqualTo(9);
        assertThat(found.live()).isEqualTo(9);
        assertThat(found.intact()).isFalse();
    }

    @Test
    void correction_mendsRowsAndIndexAtOnce() {
        fill(10);
        Position now = position();
        damage(allocationKey(4), allocation(77, 1));
        List<RowChange> right = List.of(new RowChange(allocationKey(4), allocation(4, 4)));
        segment.correct(recount(), now, right);
        assertThat(position()).isEqualTo(now);
        assertThat(recount().intact()).isTrue();
        assertThat(held(store, 4)).hasSize(1);
        assertThat(held(store, 77)).isEmpty();
    }

    @Test
    void correction_mayLeadAheadAndToANewerIncarnation() {
        Position first = fill(2);
        List<RowChange> more = List.of(new RowChange(poolKey(1), value(1)), new RowChange(allocationKey(0), null));
        Position ahead = new Position(SEGMENT, 2, 5, 90, 1, 0, 9, first.digest(), 1);
        Position fits = fitting(
                ahead, List.of(new RowChange(poolKey(1), value(1)), new RowChange(allocationKey(1), allocation(1, 1))));
        segment.correct(recount(), fits, more);
        assertThat(position()).isEqualTo(fits);
        assertThat(text(segment)).hasSize(2);
        assertThat(held(store, 0)).isEmpty();
    }

    @Test
    void correction_thatDoesNotFit_changesNothing() {
        Position early = fill(2);
        Recount old = recount();
        fill(3);
        Position now = position();
        List<RowChange> none = List.of();
        assertThatThrownBy(() -> segment.correct(recount(), early, none)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment.correct(old, now, none)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment.correct(recount(), now, List.of(new RowChange(poolKey(9), value(1)))))
                .isInstanceOf(DigestMismatch.class);
        assertThat(position()).isEqualTo(now);
        assertThat(text(segment)).hasSize(3);
    }

    @Test
    void firstStep_ofANewIncarnation_followsTheForkPoint() {
        Position now = fill(2);
        RowChange row = new RowChange(poolKey(5), value(5));
        List<RowChange> all = new ArrayList<>(List.of(row));
        segment.scan(new byte[0], (key, value) -> all.add(new RowChange(key, value)));
        Position begun = fitting(new Position(SEGMENT, 2, 99, now.seq() + 1, 1, 0, 1, now.digest(), 0), all);
        segment.commitStep(new Step(begun, List.of(row)));
        assertThat(position()).isEqualTo(begun);
        assertThatThrownBy(() -> segment.commitStep(new Step(next(now, SEGMENT), List.of())))
                .as("the branch that was left")
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void range_hasItsFirstKeyAndNotItsLast() {
        fill(6);
        List<String> seen = new ArrayList<>();
        try (StoreSnapshot snapshot = Objects.requireNonNull(segment.snapshot())) {
            snapshot.scanRange(allocationKey(1), allocationKey(3), (key, value) -> seen.add(Sample.line(key, value)));
            assertThat(seen).hasSize(2);
            seen.clear();
            snapshot.scanRange(allocationKey(4), new byte[0], (key, value) -> seen.add(Sample.line(key, value)));
            assertThat(seen).hasSize(2);
        }
    }

    private Position fill(int rows) {
        RowUpdate[] updates = new RowUpdate[rows];
        for (int i = 0; i < rows; i++) {
            byte[] before = segment.get(allocationKey(i));
            updates[i] = put(allocationKey(i), before, allocation(i, i));
        }
        return commit(updates);
    }

    private Recount recount() {
        try (StoreSnapshot snapshot = Objects.requireNonNull(segment.snapshot())) {
            return snapshot.recount(bytes -> {});
        }
    }
}
