package io.nexus.statemachine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.RocksDBException;

class RocksNodeStoreTest extends NodeStoreContract {
    @TempDir
    Path directory;

    @Override
    protected NodeStore create() {
        return RocksFixture.open(directory);
    }

    @Override
    protected NodeStore crash() {
        store.close();
        return create();
    }

    @AfterEach
    void index_hasNothingButTheAllocations() {
        RocksFixture.checkIndex((RocksNodeStore) store);
    }

    @Test
    void close_withoutFlushOnClose_loses_andWithItKeeps() {
        SegmentStore segment = store.segment(1);
        segment.commit(Sample.next(null, 1), List.of(Sample.put(Sample.poolKey(1), null, Sample.value(1))));
        store = crash();
        assertThat(store.segment(1).position()).isNull();
        store.close();

        StoreOptions keeping = StoreOptions.DEFAULT.withLibraryDirectory(directory.resolve("unused"));
        store = RocksNodeStore.open(directory.resolve("store"), Sample.RULE, keeping);
        store.segment(1).commit(Sample.next(null, 1), List.of(Sample.put(Sample.poolKey(1), null, Sample.value(1))));
        store = crash();
        assertThat(store.segment(1).get(Sample.poolKey(1))).isEqualTo(Sample.value(1));
    }

    @Test
    void open_anotherFormat_isRefused() throws Exception {
        RocksColumns columns = ((RocksNodeStore) store).columns();
        columns.db().put("format".getBytes(StandardCharsets.UTF_8), "nexus-store 1".getBytes(StandardCharsets.UTF_8));
        columns.flush();
        store.close();
        assertThatThrownBy(this::create).isInstanceOf(StorageFailure.class).hasMessageContaining("nexus-store 1");
        assertThatThrownBy(this::create).as("still refused, and not locked").hasMessageContaining("nexus-store 1");
    }

    @Test
    void open_unknownColumnFamily_isRefused() throws RocksDBException {
        RocksColumns columns = ((RocksNodeStore) store).columns();
        columns.db()
                .createColumnFamily(new ColumnFamilyDescriptor("history".getBytes(StandardCharsets.UTF_8)))
                .close();
        store.close();
        assertThatThrownBy(this::create).isInstanceOf(StorageFailure.class).hasMessageContaining("history");
    }

    @Test
    void open_twice_isRefused() {
        assertThatThrownBy(this::create).isInstanceOf(StorageFailure.class);
    }

    @Test
    void open_damagedFile_fails() throws Exception {
        SegmentStore segment = store.segment(1);
        segment.commit(Sample.next(null, 1), List.of(Sample.put(Sample.poolKey(1), null, Sample.value(1))));
        store.flush();
        store.close();
        try (var files = Files.list(directory.resolve("store"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                Files.delete(file);
            }
        }
        assertThatThrownBy(this::create).isInstanceOf(StorageFailure.class);
    }

    @Test
    void close_whileSomebodyReads_waitsAndDoesNotFreeUnderThem() throws Exception {
        SegmentStore segment = store.segment(1);
        List<RowUpdate> rows = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rows.add(Sample.put(Sample.allocationKey(i), null, Sample.allocation(i, i)));
        }
        segment.commit(Sample.next(null, 1), rows);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        Thread reader = new Thread(() -> segment.scan(new byte[0], (key, value) -> {
            seen.add(Sample.line(key, value));
            reading.countDown();
            try {
                closing.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        SegmentStore.StoreSnapshot snapshot = Objects.requireNonNull(segment.snapshot());
        reader.start();
        reading.await();
        Thread closer = new Thread(store::close);
        closer.start();
        await("the gate is closed").until(() -> {
            boolean open = ((RocksNodeStore) store).columns().tryEnter();
            if (open) {
                ((RocksNodeStore) store).columns().leave();
            }
            return !open;
        });
        closing.countDown();
        reader.join();
        assertThat(seen).hasSize(1000);
        assertThat(closer.isAlive()).isTrue();
        assertThat(Sample.text(snapshot)).as("a snapshot can still be read").hasSize(1000);
        snapshot.close();
        snapshot.close();
        closer.join();
        assertThatThrownBy(() -> snapshot.get(Sample.poolKey(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sizeBytes_grows() {
        long before = store.sizeBytes();
        SegmentStore segment = store.segment(1);
        List<RowUpdate> rows = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            rows.add(Sample.put(Sample.allocationKey(i), null, Sample.allocation(i, i)));
        }
        segment.commit(Sample.next(null, 1), rows);
        store.flush();
        assertThat(store.sizeBytes()).isGreaterThan(before);
    }

    @Test
    void storedPosition_keepsEveryField() {
        var position = new Position(65_534, 7, -3, 1L << 40, 12, 99, 1_800_000_000_000L, new Digest(-1, 5), 44);
        var stored = new StoredPosition(65_535, position);
        assertThat(StoredPosition.decode(stored.encode())).isEqualTo(stored);
        assertThat(StoredPosition.generationAfter(65_535)).isEqualTo(1);
        assertThatThrownBy(() -> StoredPosition.decode(new byte[3])).isInstanceOf(StorageFailure.class);
    }
}
