package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.entry;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.renew;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.CountersRow;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.RowUpdate;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolLifeTest {
    private final TestSegment segment = new TestSegment();
    private final PoolEntry pool = entry(spec("10.0.0.0/24", 32, 0), 7);

    @Test
    void openPool_again_isAcceptedUnchanged() {
        assertThat(segment.accepted(new Command.OpenPool(pool))).isEqualTo(Accepted.of(true, pool));
        assertThat(segment.accepted(new Command.OpenPool(pool))).isEqualTo(Accepted.of(false, pool));
        segment.restart();
        assertThat(segment.accepted(new Command.OpenPool(pool))).isEqualTo(Accepted.of(false, pool));
        assertThat(CountersRow.decode(segment.rows.get(RowKeys.counters(7))))
                .isEqualTo(new CountersRow(0, 0, 0, 253, 0));
    }

    @Test
    void openPool_thatIsAnotherOne_isRefused() {
        segment.accepted(new Command.OpenPool(pool));
        segment.rejected(new Command.OpenPool(entry(spec("10.0.1.0/24", 32, 0), 7)), Reason.INVARIANT_BROKEN);
        PoolEntry elsewhere = new PoolEntry(spec("10.0.1.0/24", 32, 0), 8, TestSegment.SEGMENT + 1);
        segment.rejected(new Command.OpenPool(elsewhere), Reason.INVARIANT_BROKEN);
    }

    @Test
    void openPool_thatCannotBe_isInvalid() {
        segment.rejected(new Command.OpenPool(entry(spec("2001:db8::/32", 128, 0), 7)), Reason.INVALID_FIELD);
        segment.rejected(allocate(7, "a"), Reason.NO_SUCH_POOL);
    }

    @Test
    void unknownPool_isRejected() {
        segment.rejected(allocate(7, "a"), Reason.NO_SUCH_POOL);
        segment.rejected(renew(7, "a", 0), Reason.NO_SUCH_POOL);
        segment.rejected(release(7, "a"), Reason.NO_SUCH_POOL);
        segment.rejected(new Command.SealPool(7), Reason.NO_SUCH_POOL);
        assertThat(segment.apply(new Command.Expire(7, new long[] {1}))).isEqualTo(Accepted.UNCHANGED);
    }

    @Test
    void sealPool_inUse_isRejected_andEmpty_isSealedForGood() {
        segment.accepted(new Command.OpenPool(pool));
        segment.accepted(allocate(7, "a"));
        segment.rejected(new Command.SealPool(7), Reason.POOL_IN_USE);
        segment.accepted(release(7, "a"));
        assertThat(segment.accepted(new Command.SealPool(7)).changed()).isTrue();
        assertThat(segment.accepted(new Command.SealPool(7)).changed()).isFalse();
        segment.restart();
        segment.rejected(allocate(7, "a"), Reason.POOL_SEALED);
        segment.rejected(renew(7, "a", 0), Reason.POOL_SEALED);
        segment.rejected(release(7, "a"), Reason.POOL_SEALED);
        segment.rejected(new Command.OpenPool(pool), Reason.POOL_SEALED);
        assertThat(segment.accepted(new Command.SealPool(7)).changed()).isFalse();
    }

    @Test
    void openAndSeal_inOneBatch_isOneRow() {
        segment.applyAll(new Command.OpenPool(pool), new Command.SealPool(7));
        segment.restart();
        segment.rejected(allocate(7, "a"), Reason.POOL_SEALED);
    }

    @Test
    void tick_movesTheClock_andChangesNothing() {
        segment.clock += 5_000;
        assertThat(segment.applyAll(List.of()).clockMillis()).isEqualTo(TestSegment.START + 5_000);
        segment.clock -= 9_000;
        assertThat(segment.apply(new Command.Tick())).isEqualTo(Accepted.UNCHANGED);
        assertThat(segment.applyAll(List.of()).clockMillis()).isEqualTo(TestSegment.START + 5_000);
        assertThat(segment.seq).isZero();
    }

    @Test
    void load_rowsThatContradictEachOther_breaks() {
        segment.accepted(new Command.OpenPool(pool));
        segment.accepted(allocate(7, "a"));
        byte[] allocation = RowKeys.allocation(7, 2);
        byte[] counters = RowKeys.counters(7);

        assertBreaks(new RowUpdate(allocation, segment.rows.get(allocation), null));
        assertBreaks(new RowUpdate(RowKeys.allocation(7, 3), null, segment.rows.get(allocation)));
        assertBreaks(new RowUpdate(RowKeys.allocation(8, 3), null, segment.rows.get(allocation)));
        assertBreaks(new RowUpdate(counters, segment.rows.get(counters), null));
        byte[] otherSize = new CountersRow(0, 3, 1, 252, 0).encode();
        assertBreaks(new RowUpdate(counters, segment.rows.get(counters), otherSize));
        assertBreaks(new RowUpdate(new byte[] {0x55}, null, new byte[] {1}));
    }

    private void assertBreaks(RowUpdate damage) {
        MapRows damaged = segment.rows.copy();
        damaged.commit(List.of(damage));
        assertThatThrownBy(() ->
                        new SegmentEngine(TestSegment.SEGMENT).load(damaged, Position.start(TestSegment.SEGMENT, 1, 1)))
                .isInstanceOf(InvariantBroken.class);
    }

    @Test
    void apply_onRowsThatContradictTheBitmap_breaks() {
        segment.accepted(new Command.OpenPool(pool));
        segment.accepted(TestSegment.lease(7, "a", 1));
        byte[] allocation = RowKeys.allocation(7, 2);
        segment.rows.commit(List.of(new RowUpdate(allocation, segment.rows.get(allocation), null)));
        assertThatThrownBy(() -> segment.apply(new Command.Expire(7, new long[] {2})))
                .isInstanceOf(InvariantBroken.class);

        MapRows empty = new MapRows(new NexusIndexRule());
        assertThatThrownBy(() -> new SegmentEngine(4).load(empty, Position.start(5, 1, 1)))
                .isInstanceOf(InvariantBroken.class);
    }
}
