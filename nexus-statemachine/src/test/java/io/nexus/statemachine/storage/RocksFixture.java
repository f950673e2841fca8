package io.nexus.statemachine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.rocksdb.RocksIterator;

/** A store on disk for tests, and a look at what lies in it. */
final class RocksFixture {
    private static final StoreOptions SMALL = new StoreOptions(4 << 20, 2 << 20, 2, null, false);

    private RocksFixture() {}

    /** Loses what was not flushed when it is closed. */
    static RocksNodeStore open(Path directory) {
        return RocksNodeStore.open(directory.resolve("store"), Sample.RULE, SMALL);
    }

    /** The index has nothing but the allocations, of any generation. */
    static void checkIndex(RocksNodeStore store) {
        if (!store.columns().tryEnter()) {
            return;
        }
        try {
            assertThat(indexEntries(store)).isEqualTo(allocations(store));
        } finally {
            store.columns().leave();
        }
    }

    static long indexEntries(RocksNodeStore store) {
        RocksColumns columns = store.columns();
        long count = 0;
        try (RocksIterator entries = columns.db().newIterator(columns.subscribers())) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                count++;
            }
            RocksView.check(entries);
        }
        return count;
    }

    private static long allocations(RocksNodeStore store) {
        RocksColumns columns = store.columns();
        long count = 0;
        try (RocksIterator rows = columns.db().newIterator(columns.rows())) {
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                count += rows.key()[DiskKeys.PREFIX] == 3 ? 1 : 0;
            }
            RocksView.check(rows);
        }
        return count;
    }
}
