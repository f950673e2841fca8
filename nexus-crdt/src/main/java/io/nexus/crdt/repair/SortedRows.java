package io.nexus.crdt.repair;

import org.jspecify.annotations.Nullable;

/** The rows of one copy at one moment. May block on disk; must not change while a repair reads them. */
public interface SortedRows {
    /** The rows of the range in unsigned key order. Arrays handed out belong to the visitor. */
    void scan(KeyRange range, Visitor visitor);

    byte @Nullable [] get(byte[] key);

    @FunctionalInterface
    interface Visitor {
        void row(byte[] key, byte[] value);
    }
}
