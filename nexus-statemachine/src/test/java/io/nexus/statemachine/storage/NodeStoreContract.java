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

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store promises of single writes, reads and flushes. */
abstract class NodeStoreContract extends StoreContract {
    /* --------------- commit --------------- */

    @Test
    void segment_untouched_isEmptyWithoutPosition() {
        assertThat(segment.position()).isNull();
        assertThat(segment.flushedPosition()).isNull();
        assertThat(segment.snapshot()).isNull();
        assertThat(segment.get(poolKey(1))).isNull();
        assertThat(text(segment)).isEmpty();
        assertThat(store.segment(SEGMENT)).isSameAs(segment);
    }

    @Test
    void commit_rows_computesDigestAndLive() {
        commit(put(poolKey(1), null, value(1)));
        Position after = commit(
                put(poolKey(1), value(1), value(2)),
                put(allocationKey(7), null, allocation(5, 1)),
                put(allocationKey(8), null, allocation(5, 2)));

        Digest sum = Digest.of(poolKey(1), value(2))
                .plus(Digest.of(allocationKey(7), allocation(5, 1)))
                .plus(Digest.of(allocationKey(8), allocation(5, 2)));
        assertThat(after.digest()).isEqualTo(sum);
        assertThat(after.live()).isEqualTo(2);
        assertThat(segment.position()).isEqualTo(after);
        assertThat(segment.get(poolKey(1))).isEqualTo(value(2));

        Position last = commit(
                new RowUpdate(poolKey(1), value(2), null),
                new RowUpdate(allocationKey(7), allocation(5, 1), null),
                new RowUpdate(allocationKey(8), allocation(5, 2), null));
        assertThat(last.digest()).isEqualTo(Digest.ZERO);
        assertThat(last.live()).isZero();
        assertThat(text(segment)).isEmpty();
        assertThat(held(segment, 5)).isEmpty();
    }

    @Test
    void commit_firstWrite_isSeqOneOrEmptySeqZero() {
        Position second = next(next(null, SEGMENT), SEGMENT);
        assertThatThrownBy(() -> segment.commit(second, List.of())).isInstanceOf(InvariantBroken.class);
        Position zero = Sample.genesis(SEGMENT).atLog(1, 0, 0);
        assertThatThrownBy(() -> segment.commit(zero, List.of(put(poolKey(1), null, value(1)))))
                .isInstanceOf(InvariantBroken.class);

        assertThat(segment.commit(zero, List.of())).isEqualTo(zero);
        assertThat(commit(put(poolKey(1), null, value(1))).seq()).isEqualTo(1);
    }

    @Test
    void commit_thatDoesNotFollow_breaks() {
        Position first = commit(put(poolKey(1), null, value(1)));
        Position good = next(first, SEGMENT);
        List<RowUpdate> rows = List.of(put(poolKey(2), null, value(1)));
        List<Position> bad = List.of(
                first,
                next(good, SEGMENT),
                next(first, SEGMENT + 1),
                new Position(SEGMENT, 2, Sample.NONCE, 2, 1, 1, 2, Digest.ZERO, 0),
                new Position(SEGMENT, 1, Sample.NONCE + 1, 2, 1, 1, 2, Digest.ZERO, 0),
                new Position(SEGMENT, 1, Sample.NONCE, 2, 1, first.index(), 2, Digest.ZERO, 0));
        for (Position position : bad) {
            assertThatThrownBy(() -> segment.commit(position, rows))
                    .as("%s", position)
                    .isInstanceOf(InvariantBroken.class);
        }
        assertThat(segment.position()).isEqualTo(first);
        assertThat(segment.get(poolKey(2))).isNull();
        segment.commit(good, rows);
    }

    @Test
    void advance_movesTheLogPositionOnly() {
        Position first = commit(put(poolKey(1), null, value(1)));
        segment.advance(4, 9, 1000);
        assertThat(segment.position()).isEqualTo(first.atLog(4, 9, 1000));
        assertThatThrownBy(() -> segment.advance(4, 9, 1000)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> segment.advance(4, 10, 999)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> store.segment(5).advance(4, 10, 999)).isInstanceOf(InvariantBroken.class);
        assertThat(position().index()).isEqualTo(9);
    }

    @Test
    void scan_fromAKey_goesOnFromThereUntilToldToStop() {
        commit(
                put(allocationKey(3), null, allocation(1, 1)),
                put(allocationKey(5), null, allocation(1, 1)),
                put(allocationKey(9), null, allocation(1, 1)),
                put(new byte[] {4}, null, value(1)));
        for (Rows rows : List.of(segment, Objects.requireNonNull(segment.snapshot()))) {
            assertThat(scanned(rows, new byte[0], 9)).containsExactly(3, 5, 9);
            assertThat(scanned(rows, allocationKey(4), 9)).containsExactly(5, 9);
            assertThat(scanned(rows, allocationKey(5), 1)).containsExactly(5);
            assertThat(scanned(rows, new byte[] {4}, 9)).isEmpty();
            if (rows instanceof SegmentStore.StoreSnapshot snapshot) {
                snapshot.close();
            }
        }
    }

    private static List<Integer> scanned(Rows rows, byte[] from, int limit) {
        List<Integer> units = new ArrayList<>();
        rows.scan(new byte[] {3}, from, (key, value) -> {
            units.add(ByteBuffer.wrap(key).getInt(1));
            return units.size() < limit;
        });
        return units;
    }

    @Test
    void listen_hearsOfCommitsWithWhatWasBefore_notOfRefusedOnes() {
        List<String> heard = new ArrayList<>();
        store.listen((after, updates) -> {
            assertThat(segment.position()).as("visible already").isEqualTo(after);
            for (RowUpdate update : updates) {
                heard.add(after.seq() + ":" + (update.before() != null) + ">" + (update.after() != null));
            }
        });
        commit(put(poolKey(1), null, value(1)));
        Position now = position();
        Digest sum = Digest.of(poolKey(1), value(2));
        segment.commitStep(new Step(label(next(now, SEGMENT), sum, 0), List.of(new RowChange(poolKey(1), value(2)))));
        commit(new RowUpdate(poolKey(1), value(2), null));
        Position wrong = label(next(position(), SEGMENT), sum, 0);
        Step refused = new Step(wrong, List.of(new RowChange(poolKey(2), value(1))));
        assertThatThrownBy(() -> segment.commitStep(refused)).isInstanceOf(DigestMismatch.class);

        assertThat(heard).containsExactly("1:false>true", "2:true>true", "3:true>false");
    }

    /* --------------- steps from elsewhere --------------- */

    @Test
    void commitStep_ofAnotherStore_givesTheSameRows() throws Exception {
        SegmentStore source = new InMemoryNodeStore(Sample.RULE).segment(SEGMENT);
        Sample.Model model = new Sample.Model(SEGMENT);
        for (int seq = 1; seq <= 50; seq++) {
            List<RowUpdate> updates = model.step(11, seq);
            Position after = source.commit(next(source.position(), SEGMENT), updates);
            List<RowChange> changes = new ArrayList<>();
            updates.forEach(update -> changes.add(new RowChange(update.key(), update.after())));
            assertThat(segment.commitStep(new Step(after, changes))).isEqualTo(after);
        }
        assertThat(text(segment)).isEqualTo(model.text());
        for (long hash = 0; hash < 50; hash++) {
            assertThat(held(segment, hash)).isEqualTo(model.held(hash));
        }
    }

    @Test
    void commitStep_changingARowTwice_keepsTheLastAndTheIndexClean() {
        Digest sum = Digest.of(allocationKey(1), allocation(8, 2));
        Position after = label(next(null, SEGMENT), sum, 1);
        segment.commitStep(new Step(
                after,
                List.of(
                        new RowChange(allocationKey(1), allocation(7, 1)),
                        new RowChange(allocationKey(2), allocation(7, 1)),
                        new RowChange(allocationKey(1), allocation(8, 2)),
                        new RowChange(allocationKey(2), null),
                        new RowChange(poolKey(9), null))));
        assertThat(segment.position()).isEqualTo(after);
        assertThat(held(segment, 7)).isEmpty();
        assertThat(held(segment, 8)).hasSize(1);
    }

    @Test
    void commitStep_withAnotherDigestOrLive_writesNothing() {
        Position first = commit(put(poolKey(1), null, value(1)));
        Digest sum = first.digest().plus(Digest.of(poolKey(2), value(2)));
        List<RowChange> changes = List.of(new RowChange(poolKey(2), value(2)));
        for (Position wrong : List.of(
                label(next(first, SEGMENT), sum.plus(new Digest(0, 1)), 0), label(next(first, SEGMENT), sum, 1))) {
            assertThatThrownBy(() -> segment.commitStep(new Step(wrong, changes)))
                    .isInstanceOf(DigestMismatch.class);
        }
        assertThat(segment.position()).isEqualTo(first);
        assertThat(segment.get(poolKey(2))).isNull();
        segment.commitStep(new Step(label(next(first, SEGMENT), sum, 0), changes));
    }

    /* --------------- reads --------------- */

    @Test
    void scan_prefix_givesItsRowsInUnsignedOrder() {
        byte[] high = {(byte) 0xff, (byte) 0xff};
        byte[] higher = {(byte) 0xff, (byte) 0xff, 1};
        byte[] low = {1};
        commit(
                put(higher, null, value(3)),
                put(low, null, value(1)),
                put(high, null, value(2)),
                put(new byte[] {2, 0}, null, value(4)));
        store.segment(SEGMENT + 1).commit(next(null, SEGMENT + 1), List.of(put(new byte[] {0}, null, value(9))));
        store.segment(SEGMENT - 1)
                .commit(next(null, SEGMENT - 1), List.of(put(new byte[] {(byte) 0xff}, null, value(9))));

        assertThat(text(segment))
                .containsExactly("01=" + hex(1), "0200=" + hex(4), "ffff=" + hex(2), "ffff01=" + hex(3));
        List<String> some = new ArrayList<>();
        segment.scan(high, (key, value) -> some.add(Sample.line(key, value)));
        assertThat(some).containsExactly("ffff=" + hex(2), "ffff01=" + hex(3));
    }

    private static String hex(long number) {
        return String.format("%016x", number);
    }

    @Test
    void holdings_ofASubscriber_areThoseOfAllSegments() {
        commit(put(allocationKey(2), null, allocation(-1, 1)), put(allocationKey(1), null, allocation(-1, 1)));
        SegmentStore other = store.segment(9);
        other.commit(next(null, 9), List.of(put(allocationKey(4), null, allocation(-1, 4))));
        other.commit(next(other.position(), 9), List.of(put(allocationKey(5), null, allocation(0, 5))));

        assertThat(held(segment, -1))
                .containsExactly(
                        Sample.line(allocationKey(1), allocation(-1, 1)),
                        Sample.line(allocationKey(2), allocation(-1, 1)));
        assertThat(held(store, -1))
                .containsExactlyInAnyOrder(
                        "3/" + Sample.line(allocationKey(1), allocation(-1, 1)),
                        "3/" + Sample.line(allocationKey(2), allocation(-1, 1)),
                        "9/" + Sample.line(allocationKey(4), allocation(-1, 4)));
        assertThat(held(store, 12)).isEmpty();

        commit(put(allocationKey(2), allocation(-1, 1), allocation(12, 2)));
        assertThat(held(store, 12)).containsExactly("3/" + Sample.line(allocationKey(2), allocation(12, 2)));
        assertThat(held(segment, -1)).containsExactly(Sample.line(allocationKey(1), allocation(-1, 1)));
    }

    /* --------------- durability --------------- */

    @Test
    void flush_makesAllSegmentsDurable() throws Exception {
        Position mine = commit(put(poolKey(1), null, value(1)));
        SegmentStore other = store.segment(8);
        Position others = other.commit(next(null, 8), List.of(put(poolKey(1), null, value(1))));
        assertThat(segment.flushedPosition()).isNull();
        store.flush();
        assertThat(segment.flushedPosition()).isEqualTo(mine);
        assertThat(other.flushedPosition()).isEqualTo(others);

        Position later = commit(put(poolKey(2), null, value(2)));
        assertThat(segment.flushedPosition()).isEqualTo(mine);
        crashed();
        assertThat(segment.position()).isIn(mine, later);
        assertThat(segment.flushedPosition()).isEqualTo(segment.position());
        assertThat(store.segment(8).position()).isEqualTo(others);
        assertThat(segment.get(poolKey(1))).isEqualTo(value(1));
    }

    @Test
    void flush_byManyAtOnce_coversEachCallersWrites() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 10; i < 14; i++) {
            int number = i;
            running.add(writers.submit(() -> {
                SegmentStore own = store.segment(number);
                for (int n = 0; n < 20; n++) {
                    Position position =
                            own.commit(next(own.position(), number), List.of(put(poolKey(n), null, value(n))));
                    store.flush();
                    assertThat(own.flushedPosition()).isEqualTo(position);
                }
            }));
        }
        writers.shutdown();
        for (Future<?> writer : running) {
            writer.get();
        }
        crashed();
        for (int i = 10; i < 14; i++) {
            assertThat(text(store.segment(i))).hasSize(20);
        }
    }

    @Test
    void close_endsAllAccess() {
        commit(put(poolKey(1), null, value(1)));
        store.close();
        store.close();
        assertThatThrownBy(() -> segment.get(poolKey(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> held(store, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> commit(put(poolKey(2), null, value(1)))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.flush()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> segment.snapshot()).isInstanceOf(IllegalStateException.class);
    }
}
