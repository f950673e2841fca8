package io.nexus.statemachine.storage;

import org.jspecify.annotations.Nullable;

/**
 * One changed row with what it was before: the store keeps digest and indexes from it without reading.
 *
 * @param before null if the row did not exist
 * @param after null if the row is deleted
 */
@SuppressWarnings("ArrayRecordComponent")
public record RowUpdate(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {}
