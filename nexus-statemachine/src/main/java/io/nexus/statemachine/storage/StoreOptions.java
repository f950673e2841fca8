package io.nexus.statemachine.storage;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How much a node's store may use.
 *
 * @param cacheBytes decompressed blocks, indexes and filters, for all segments together
 * @param memtableBytes rows not yet flushed, for all segments together; reaching it flushes
 * @param backgroundJobs threads that flush and compact
 * @param libraryDirectory where RocksDB's native library is unpacked to, made if missing; null: the JVM's directory for
 *     temporary files. The first store of a JVM decides.
 * @param flushOnClose false makes closing lose what was not flushed, as a crash does: for tests
 */
public record StoreOptions(
        long cacheBytes,
        long memtableBytes,
        int backgroundJobs,
        @Nullable Path libraryDirectory,
        boolean flushOnClose) {
    /** For a node that shall stay under 400 MB. */
    public static final StoreOptions DEFAULT = new StoreOptions(64L << 20, 32L << 20, 2, null, true);

    public StoreOptions {
        if (cacheBytes < 1 << 20 || memtableBytes < 1 << 20 || backgroundJobs < 1) {
            throw new IllegalArgumentException(
                    "store of " + cacheBytes + "/" + memtableBytes + " bytes, " + backgroundJobs + " jobs");
        }
    }

    public StoreOptions withLibraryDirectory(Path directory) {
        return new StoreOptions(cacheBytes, memtableBytes, backgroundJobs, directory, flushOnClose);
    }

    public StoreOptions losingOnClose() {
        return new StoreOptions(cacheBytes, memtableBytes, backgroundJobs, libraryDirectory, false);
    }
}
