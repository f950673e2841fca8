package io.nexus.statemachine.rows;

import io.nexus.statemachine.storage.IndexRule;
import java.util.OptionalLong;

/** Tells the store that ALLOCATION rows are to be found by their subscriber. */
public final class NexusIndexRule implements IndexRule {
    @Override
    public OptionalLong subscriberHash(byte[] key, byte[] value) {
        return RowKeys.isAllocation(key)
                ? OptionalLong.of(SubscriberHash.of(AllocationRow.subscriberBytes(value)))
                : OptionalLong.empty();
    }
}
