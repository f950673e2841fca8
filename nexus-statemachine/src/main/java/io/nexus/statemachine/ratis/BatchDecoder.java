package io.nexus.statemachine.ratis;

import io.nexus.statemachine.command.Batch;
import java.nio.ByteBuffer;

/** Reads a batch back from its durable form in the log. Thread-safe; throws if the bytes are not a batch. */
@FunctionalInterface
public interface BatchDecoder {
    Batch decode(ByteBuffer bytes);
}
