package io.nexus.statemachine.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogApplierTest {
    private static final byte[] KEY = {1};
    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};

    private final SegmentStore store = new InMemoryNodeStore((key, value) -> OptionalLong.empty()).segment(4);
    private final Position genesis = Position.start(4, 1, 99);
    private final List<Step> steps = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private Applied answer = new Applied(5, List.of(Outcome.Accepted.CHANGED), List.of());
    private final LogApplier applier = new LogApplier(store, genesis, new Scripted(), steps::add);

    private final class Scripted implements Engine {
        @Override
        public void load(Rows rows, @Nullable Position position) {
            calls.add("load " + (position == null ? "nothing" : position.seq()));
        }

        @Override
        public Applied apply(Batch batch, int incarnation, long seq) {
            calls.add("apply " + incarnation + "/" + seq);
            return answer;
        }
    }

    private static Batch batch() {
        return new Batch(5, List.of(new Envelope(1, new Command.Tick())));
    }

    @Test
    void skip_beforeAnyRow_makesTheStreamsFirstPosition() {
        applier.skip(1, 0);
        assertThat(store.position()).isEqualTo(genesis.atLog(1, 0, 0));
        applier.skip(2, 1);
        assertThat(store.position()).isEqualTo(genesis.atLog(2, 1, 0));
        assertThat(calls).isEmpty();
        assertThat(steps).isEmpty();
    }

    @Test
    void apply_thatChangesRows_commitsAndTellsTheStep() {
        answer = new Applied(5, List.of(Outcome.Accepted.CHANGED), List.of(new RowUpdate(KEY, null, ONE)));
        BatchMessage.Result result = applier.apply(3, 7, batch());
        Position expected = new Position(4, 1, 99, 1, 3, 7, 5, Digest.of(KEY, ONE), 0);
        assertThat(store.position()).isEqualTo(expected);
        assertThat(result.token()).isEqualTo(new Token(4, 1, 1));
        assertThat(result.outcomes()).containsExactly(Outcome.Accepted.CHANGED);
        assertThat(steps).hasSize(1);
        assertThat(steps.get(0).after()).isEqualTo(expected);
        assertThat(steps.get(0).changes()).hasSize(1);
        assertThat(steps.get(0).changes().get(0).value()).isEqualTo(ONE);

        answer = new Applied(6, List.of(Outcome.Accepted.CHANGED), List.of(new RowUpdate(KEY, ONE, TWO)));
        applier.apply(3, 8, batch());
        assertThat(calls).containsExactly("load nothing", "apply 1/1", "apply 1/2");
    }

    @Test
    void apply_thatChangesNothing_movesTheLogPositionAndTheClock() {
        BatchMessage.Result result = applier.apply(3, 7, batch());
        assertThat(store.position()).isEqualTo(genesis.atLog(3, 7, 5));
        assertThat(result.token()).isEqualTo(new Token(4, 1, 0));
        assertThat(steps).isEmpty();
        applier.apply(3, 8, batch());
        assertThat(calls).containsExactly("load nothing", "apply 1/1", "apply 1/1");
    }

    @Test
    void invalidate_loadsAgainOnce() {
        applier.apply(3, 7, batch());
        applier.invalidate();
        applier.ensureLoaded();
        applier.apply(3, 8, batch());
        assertThat(calls).containsExactly("load nothing", "apply 1/1", "load 0", "apply 1/1");
    }

    @Test
    void apply_withAnotherNumberOfOutcomes_breaks() {
        answer = new Applied(5, List.of(), List.of());
        assertThatThrownBy(() -> applier.apply(3, 7, batch())).isInstanceOf(InvariantBroken.class);
        assertThat(store.position()).isNull();
    }

    @Test
    void genesis_ofAnotherSegment_breaks() {
        assertThatThrownBy(() -> new LogApplier(store, Position.start(5, 1, 99), new Scripted(), steps::add))
                .isInstanceOf(InvariantBroken.class);
    }
}
