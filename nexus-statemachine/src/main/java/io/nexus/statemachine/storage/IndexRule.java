package io.nexus.statemachine.storage;

import java.util.OptionalLong;

/** Tells the store which rows are to be found by subscriber, and which count. Pure; called by the writer and by scans. */
@FunctionalInterface
public interface IndexRule {
    /** Hash of the subscriber if the row is to be found by it, empty for every other row, also for one that is damaged. */
    OptionalLong subscriberHash(byte[] key, byte[] value);

    /** True if the row is an allocation, one of those that a position counts. */
    default boolean isLive(byte[] key, byte[] value) {
        return subscriberHash(key, value).isPresent();
    }
}
