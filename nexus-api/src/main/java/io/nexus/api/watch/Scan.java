package io.nexus.api.watch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What there is now, page by page. Blocks on disk. One thread at a time calls next; any thread may close. */
interface Scan extends AutoCloseable {
    /** The next page; null if there is nothing to read from, or the scan was closed. */
    @Nullable
    Page next();

    @Override
    void close();

    /**
     * Some of what there is.
     *
     * @param seq of the stream whose rows all pages show; 0 where there is no such thing
     * @param last nothing follows
     */
    record Page(List<Watched> found, long seq, boolean last) {}
}
