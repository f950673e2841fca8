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
import io.nexus.statemachine.storage.SegmentStore.Install;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What every store promises of whole segments: installs, snapshots, and those who read meanwhile. */
abstract class InstallContract extends StoreContract {
    @Test
    void install_finished_replacesAllRowsDurably() throws Exception {
        commit(put(poolKey(1), null, value(1)), put(allocationKey(1), null, allocation(5, 1)));
        List<RowChange> rows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            rows.add(new RowChange(allocationKey(i + 2), allocation(i % 1000, i)));
        }
        Position elsewhere = fitting(new Position(SEGMENT, 1, Sample.NONCE, 90, 2, 200, 5, Digest.ZERO, 0), rows);
        Install install = segment.install();
        rows.forEach(row -> install.put(row.key(), Objects.requireNonNull(row.value())));
        assertThat(text(segment)).hasSize(2);
        assertThat(held(store, 5)).hasSize(1);
        install.finish(elsewhere);
        install.close();

        assertThat(segment.flushedPosition()).isEqualTo(elsewhere);
        crashed();
        assertThat(segment.position()).isEqualTo(elsewhere);
        assertThat(text(segment)).hasSize(20_000);
        assertThat(segment.get(poolKey(1))).isNull();
        assertThat(held(store, 5)).hasSize(20);
        assertThat(held(segment, 999)).hasSize(20);

        Position more = commit(put(poolKey(1), null, value(1)));
        assertThat(more.seq()).isEqualTo(91);
    }

    @Test
    void install_atTheSameSeq_keepsHowFarTheLogWasRead() {
        Position step = commit(put(allocationKey(1), null, allocation(5, 1)));
        segment.advance(3, 90, 700);
        replaceBy(List.of(new RowChange(allocationKey(1), allocation(5, 1))), step);
        assertThat(segment.position()).isEqualTo(step.atLog(3, 90, 700));
        assertThat(segment.flushedPosition()).isEqualTo(step.atLog(3, 90, 700));
    }

    @Test
    void install_thatDoesNotAddUpOrIsBehind_isRefused() {
        commit(put(poolKey(1), null, value(1)));
        Position now = commit(put(poolKey(2), null, value(1)));
        List<RowChange> rows = List.of(new RowChange(allocationKey(1), allocation(5, 1)));
        Position ahead = fitting(next(now, SEGMENT), rows);

        assertThatThrownBy(() -> replaceBy(rows, label(ahead, Digest.ZERO, 1))).isInstanceOf(DigestMismatch.class);
        assertThatThrownBy(() -> replaceBy(rows, label(ahead, ahead.digest(), 0)))
                .isInstanceOf(DigestMismatch.class);
        assertThatThrownBy(() -> replaceBy(rows, fitting(next(null, SEGMENT), rows)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> replaceBy(rows, fitting(next(now, 4), rows)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(segment.position()).isEqualTo(now);
        assertThat(text(segment)).hasSize(2);
        assertThat(held(store, 5)).isEmpty();

        replaceBy(rows, ahead);
        assertThat(text(segment)).hasSize(1);
        Position branch = fitting(new Position(SEGMENT, 2, 78, 1, 1, 0, 0, Digest.ZERO, 0), rows);
        replaceBy(rows, branch);
        assertThat(segment.position()).isEqualTo(branch);
    }

    @Test
    void install_abandoned_leavesNothing() {
        commit(put(allocationKey(1), null, allocation(5, 1)));
        try (Install install = segment.install()) {
            install.put(allocationKey(2), allocation(5, 2));
            assertThatThrownBy(() -> install.put(allocationKey(2), allocation(5, 2)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> segment.install()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(text(segment)).hasSize(1);
        assertThat(held(store, 5)).hasSize(1);
        replaceBy(List.of(), label(next(position(), SEGMENT), Digest.ZERO, 0));
        assertThat(held(store, 5)).isEmpty();
    }

    @Test
    void install_crashedInTheMiddle_leavesTheOldRows() throws Exception {
        Position old = commit(put(allocationKey(1), null, allocation(5, 1)));
        Install install = segment.install();
        for (int i = 0; i < 20_000; i++) {
            install.put(allocationKey(i), allocation(5, i));
        }
        store.flush();
        crashed();
        assertThat(segment.position()).isEqualTo(old);
        assertThat(held(store, 5)).containsExactly("3/" + Sample.line(allocationKey(1), allocation(5, 1)));
        replaceBy(List.of(), label(next(old, SEGMENT), Digest.ZERO, 0));
        assertThat(held(store, 5)).isEmpty();
    }

    @Test
    void install_ofASegmentWithoutRows_isItsFirstWrite() {
        List<RowChange> rows = List.of(new RowChange(allocationKey(1), allocation(5, 1)));
        Position position = fitting(new Position(SEGMENT, 1, Sample.NONCE, 8, 1, 20, 0, Digest.ZERO, 0), rows);
        replaceBy(rows, position);
        assertThat(segment.position()).isEqualTo(position);
        assertThat(held(segment, 5)).hasSize(1);
    }

    @Test
    void snapshot_staysAsItWas() {
        Position first = commit(put(allocationKey(1), null, allocation(5, 1)));
        try (StoreSnapshot snapshot = Objects.requireNonNull(segment.snapshot())) {
            commit(new RowUpdate(allocationKey(1), allocation(5, 1), null), put(poolKey(1), null, value(1)));
            replaceBy(List.of(), label(next(position(), SEGMENT), Digest.ZERO, 0));
            assertThat(snapshot.position()).isEqualTo(first);
            assertThat(text(snapshot)).containsExactly(Sample.line(allocationKey(1), allocation(5, 1)));
            assertThat(held(snapshot, 5)).hasSize(1);
            assertThat(snapshot.get(allocationKey(1))).isEqualTo(allocation(5, 1));
        }
        assertThat(text(segment)).isEmpty();
    }

    @Test
    void holdings_whileASubscriberMoves_areNeverNone() throws Exception {
        commit(put(allocationKey(0), null, allocation(5, 0)));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Object> wrong = new AtomicReference<>();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            running.add(readers.submit(() -> {
                while (!done.get()) {
                    List<String> found = held(store, 5);
                    if (found.size() != 1) {
                        wrong.set(found);
                    }
                    if (text(segment).size() != 1) {
                        wrong.set("scan");
                    }
                }
            }));
        }
        try {
            for (int i = 0; i < 2000; i++) {
                commit(
                        new RowUpdate(allocationKey(i), allocation(5, i), null),
                        put(allocationKey(i + 1), null, allocation(5, i + 1)));
                if (i % 100 == 99) {
                    byte[] value = allocation(5, i + 1);
                    Position position = next(position(), SEGMENT);
                    replaceBy(
                            List.of(new RowChange(allocationKey(i + 1), value)),
                            label(position, Digest.of(allocationKey(i + 1), value), 1));
                }
            }
        } finally {
            done.set(true);
            readers.shutdown();
        }
        for (Future<?> reader : running) {
            reader.get();
        }
        assertThat(wrong.get()).isNull();
    }

    @Test
    void store_underRandomWork_equalsTheModel() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Sample.Model[] models = {new Sample.Model(0), new Sample.Model(1), new Sample.Model(2)};
        for (int round = 0; round < 600; round++) {
            int number = random.nextInt(3);
            SegmentStore own = store.segment(number);
            Sample.Model model = models[number];
            Position to = next(own.position(), number);
            switch (random.nextInt(20)) {
                case 0 -> {
                    try (Install install = own.install()) {
                        model.rows.forEach(install::put);
                        if (random.nextBoolean()) {
                            install.finish(label(to, model.digest(), model.live()));
                        }
                    }
                }
                case 1 -> store.flush();
                case 2 -> {
                    store.flush();
                    store = crash();
                }
                default -> own.commit(to, model.step(seed, round));
            }
        }
        for (Sample.Model model : models) {
            SegmentStore own = store.segment(model.segment);
            assertThat(text(own)).as("seed %s", seed).isEqualTo(model.text());
            assertThat(own.position())
                    .as("seed %s", seed)
                    .extracting(
                            p -> Objects.requireNonNull(p).digest(),
                            p -> Objects.requireNonNull(p).live())
                    .containsExactly(model.digest(), model.live());
            for (long hash = 0; hash < 50; hash++) {
                assertThat(held(own, hash)).as("seed %s", seed).isEqualTo(model.held(hash));
            }
        }
    }
}
