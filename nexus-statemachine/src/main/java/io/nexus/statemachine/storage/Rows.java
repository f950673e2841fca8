package io.nexus.statemachine.storage;

import org.jspecify.annotations.Nullable;

/**
 * The rows of one segment, read side. Keys here are without the segment and generation prefix. May block on disk.
 * Arrays handed out belong to the caller.
 */
public interface Rows {
    byte @Nullable [] get(byte[] key);

    /** All rows whose key starts with the prefix, in unsigned key order. */
    void scan(byte[] prefix, RowVisitor visitor);

    /**
     * Rows whose key starts with the prefix, from a key on, in unsigned key order, until the visitor has had enough.
     *
     * @param from the first key that may be visited, there or not
     */
    void scan(byte[] prefix, byte[] from, RowTaker visitor);

    /** All rows of this segment that are found by a subscriber with this hash (see {@link IndexRule}), in key order. */
    void holdings(long subscriberHash, RowVisitor visitor);

    /** Must not keep, must not modify the arrays. */
    @FunctionalInterface
    interface RowVisitor {
        void row(byte[] key, byte[] value);
    }

    /** Must not keep, must not modify the arrays. */
    @FunctionalInterface
    interface RowTaker {
        /** False: no more rows. */
        boolean take(byte[] key, byte[] value);
    }
}
