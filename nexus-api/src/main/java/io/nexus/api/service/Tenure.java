package io.nexus.api.service;

import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * That somebody had an address or prefix for some time.
 *
 * @param mac six octets, or empty
 * @param fromMillis when it was allocated
 * @param toMillis when it ended; 0: it has not
 * @param reason why it ended; null: it has not
 */
@SuppressWarnings("ArrayRecordComponent") // mac: compared by content only in tests
public record Tenure(
        String poolId,
        String space,
        Prefix prefix,
        Identity owner,
        byte[] mac,
        Attachment attachment,
        AllocType type,
        long fromMillis,
        long toMillis,
        @Nullable EndReason reason) {}
