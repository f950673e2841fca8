package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.MalformedBytes;
import io.nexus.statemachine.storage.IndexRule;
import java.util.OptionalLong;

/**
 * Tells the store that ALLOCATION rows are to be found by their subscriber: what it has, and what it may come back to.
 * Only the former are live.
 */
public final class NexusIndexRule implements IndexRule {
    @Override
    public OptionalLong subscriberHash(byte[] key, byte[] value) {
        if (!RowKeys.isAllocation(key)) {
            return OptionalLong.empty();
        }
        try {
            byte[] subscriber = UnitRow.subscriberBytes(value);
            boolean isFound = UnitRow.isAllocation(value) || FormerRow.isForItsOwner(value);
            return isFound ? OptionalLong.of(SubscriberHash.of(subscriber)) : OptionalLong.empty();
        } catch (MalformedBytes e) {
            return OptionalLong.empty(); // damaged: it is nobody's until it is repaired, the digest will not fit
        }
    }

    /** A damaged row counts if its flags say so; the digest will not fit in any case. */
    @Override
    public boolean isLive(byte[] key, byte[] value) {
        return RowKeys.isAllocation(key) && UnitRow.isAllocation(value);
    }
}
