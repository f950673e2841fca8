package io.nexus.crdt;

import org.jspecify.annotations.Nullable;

/**
 * One row of a step as it travels: the new value, or null where the row was deleted. The arrays are owned by the
 * change and must not be modified.
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they lie in the store; compared by content only in tests
public record RowChange(byte[] key, byte @Nullable [] value) {}
