package io.nexus.api.records;

import io.nexus.crdt.records.Revision;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A write of one record, decided on the writer thread.
 *
 * @param value of the record as it stands, null if it does not exist, to what it shall be: null deletes it. What it throws
 *     is the answer, and nothing is written.
 */
public record RecordWrite(String key, Function<@Nullable Revision, byte @Nullable []> value) {}
