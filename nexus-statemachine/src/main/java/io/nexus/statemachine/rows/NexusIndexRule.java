package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.storage.IndexRule;
import java.util.OptionalLong;

/** Tells the store that ALLOCATION rows are to be found by their subscriber. */
public final class NexusIndexRule implements IndexRule {
    @Override
    public OptionalLong subscriberHash(byte[] key, byte[] value) {
        if (!RowKeys.isAllocation(key)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(SubscriberHash.of(AllocationRow.subscriberBytes(value)));
        } catch (MalformedBytes e) {
            return OptionalLong.empty(); // damaged: it is nobody's until it is repaired, the digest will not fit
        }
    }
}
