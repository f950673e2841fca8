package io.nexus.statemachine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.Dot;
import io.nexus.crdt.records.HeapRecordStore;
import io.nexus.crdt.records.HybridClock;
import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.RecordStore;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.VersionVector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksRecordStoreTest {
    private static final Origin SELF = new Origin(new UUID(1, 1), 1);
    private static final Origin OTHER = new Origin(new UUID(-2, 2), 7);
    private static final StoreOptions SMALL = new StoreOptions(1 << 20, 2 << 20, 2, null, true);

    @TempDir
    Path directory;

    private RocksRecordStore store;

    @BeforeEach
    void open() {
        store = RocksRecordStore.open(directory.resolve("records"), SMALL);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    /** Two replicas do the same, one on the heap: what the disk answers must be the same, also after a restart. */
    @Test
    void store_answersAsTheModel_whateverIsDone() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        HeapRecordStore model = new HeapRecordStore();
        HeapRecordStore elsewhere = new HeapRecordStore();
        long[] othersHead = {0};
        for (int round = 0; round < 30; round++) {
            RecordReplica onDisk = replica(store);
            RecordReplica onHeap = replica(model);
            RecordReplica other = new RecordReplica(OTHER, elsewhere, new HybridClock(500, 0));
            for (int i = 0; i < 12; i++) {
                String key = "k" + random.nextInt(9);
                byte[] value = random.nextInt(3) == 0
                        ? null
                        : Long.toString(random.nextLong()).getBytes();
                long now = 1_000 + round;
                if (random.nextBoolean()) {
                    List.of(onDisk, onHeap).forEach(replica -> write(replica, key, value, now));
                } else {
                    Revision written = other.write(key, value == null ? new byte[] {1} : value, now);
                    other.commit(false);
                    List.of(onDisk, onHeap)
                            .forEach(replica -> replica.tail(OTHER, othersHead[0], List.of(written), now));
                    othersHead[0] = written.dot().seq();
                }
            }
            assertThat(text(store, VersionVector.EMPTY))
                    .as("seed %d", seed)
                    .isEqualTo(text(model, VersionVector.EMPTY));
            reopen();
            VersionVector known =
                    VersionVector.of(new Dot(SELF, random.nextInt(20))).with(new Dot(OTHER, random.nextInt(20)));
            assertThat(text(store, known)).as("seed %d", seed).isEqualTo(text(model, known));
        }
        assertThat(store.conflicts(RocksRecordStore.CONFLICTS_MAX)).hasSameSizeAs(model.conflicts());
    }

    private static RecordReplica replica(RecordStore store) {
        return new RecordReplica(SELF, store, new HybridClock(500, store.state().clock()));
    }

    private static void write(RecordReplica replica, String key, byte[] value, long now) {
        if (value != null || replica.current(key) != null) {
            replica.write(key, value, now);
            replica.commit(true);
        }
    }

    private static List<String> text(RecordStore store, VersionVector known) {
        List<String> lines = new ArrayList<>();
        lines.add(store.state().toString());
        store.range("", null, 100).forEach(revision -> lines.add(text(revision)));
        store.range("k2", "k6", 100).forEach(revision -> lines.add("in " + text(revision)));
        store.tombstones("k1", 3).forEach(revision -> lines.add("tomb " + text(revision)));
        try (RecordSnapshot snapshot = store.snapshot()) {
            drain(snapshot.all()).forEach(revision -> lines.add("all " + text(revision)));
            drain(snapshot.beyond(known)).stream()
                    .map(RocksRecordStoreTest::text)
                    .sorted()
                    .forEach(lines::add);
        }
        return lines;
    }

    private static List<Revision> drain(RecordSnapshot.Cursor cursor) {
        List<Revision> all = new ArrayList<>();
        for (List<Revision> page = cursor.next(100); !page.isEmpty(); page = cursor.next(100)) {
            all.addAll(page);
        }
        return all;
    }

    private static String text(Revision revision) {
        return java.util.HexFormat.of().formatHex(RevisionCodec.encode(revision));
    }

    @Test
    void life_isKept_untilTheNextOne() {
        assertThat(store.life()).isEqualTo(new RecordLife(0, false));
        store.keep(new RecordLife(42, false));
        reopen();
        assertThat(store.life()).isEqualTo(new RecordLife(42, false));
        store.keep(new RecordLife(42, true));
        reopen();
        assertThat(store.life()).isEqualTo(new RecordLife(42, true));
    }

    @Test
    void conflicts_beyondTheLimit_pushOutTheOldest() {
        int more = RocksRecordStore.CONFLICTS_MAX + 5;
        for (int from = 0; from < more; from += 500) {
            List<Conflict> some = new ArrayList<>();
            for (int i = from; i < Math.min(more, from + 500); i++) {
                Dot dot = new Dot(SELF, i + 1);
                Revision loser = new Revision("k", 1, i, dot, VersionVector.EMPTY, new byte[] {7});
                some.add(new Conflict(i, i + 1, new Dot(OTHER, 1), loser));
            }
            store.commit(new RecordBatch(List.of(), some, RecordState.EMPTY), false);
        }
        reopen();
        store.commit(
                new RecordBatch(
                        List.of(),
                        List.of(new Conflict(
                                -1,
                                0,
                                new Dot(OTHER, 2),
                                new Revision("k", 2, 3, new Dot(SELF, 9), VersionVector.EMPTY, null))),
                        RecordState.EMPTY),
                true);
        List<Conflict> kept = store.conflicts(Integer.MAX_VALUE);
        assertThat(kept).hasSize(RocksRecordStore.CONFLICTS_MAX);
        assertThat(kept.get(0).detectedMillis()).isEqualTo(-1);
        assertThat(kept.get(1).detectedMillis()).isEqualTo(more - 1);
        assertThat(store.conflicts(3)).hasSize(3);
    }
}
