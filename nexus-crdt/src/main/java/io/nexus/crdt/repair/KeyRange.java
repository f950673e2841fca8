package io.nexus.crdt.repair;

import java.util.Arrays;

/**
 * Keys in unsigned order from one (inclusive) to another (exclusive).
 *
 * @param to empty: to the end
 */
@SuppressWarnings("ArrayRecordComponent") // keys as they lie in the store
public record KeyRange(byte[] from, byte[] to) {
    private static final byte[] EDGE = {};

    /** Every key there can be. */
    public static final KeyRange ALL = new KeyRange(EDGE, EDGE);

    public boolean contains(byte[] key) {
        return Arrays.compareUnsigned(from, key) <= 0 && (to.length == 0 || Arrays.compareUnsigned(key, to) < 0);
    }
}
