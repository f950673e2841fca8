package io.nexus.statemachine.storage;

import java.util.OptionalLong;

/** Tells the store which rows are allocations and whose. Pure; called by the writer and by scans. */
@FunctionalInterface
public interface IndexRule {
    /** Hash of the subscriber if the row is an allocation, empty for every other row, also for one that is damaged. */
    OptionalLong subscriberHash(byte[] key, byte[] value);
}
