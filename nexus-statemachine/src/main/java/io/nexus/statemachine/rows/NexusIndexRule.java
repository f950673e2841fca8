package io.nexus.statemachine.rows;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.storage.IndexRule;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * Tells the store that ALLOCATION rows are to be found by their subscriber: what it has, and what it may come back to.
 * Only the former are live.
 */
public final class NexusIndexRule implements IndexRule {
    private static final int SUBSCRIBER_AT = 2;

    @Override
    public OptionalLong subscriberHash(byte[] key, byte[] value) {
        if (!RowKeys.isAllocation(key) || (!UnitRow.isAllocation(value) && !FormerRow.isForItsOwner(value))) {
            return OptionalLong.empty();
        }
        ByteReader in = new ByteReader(ByteBuffer.wrap(value, SUBSCRIBER_AT, value.length - SUBSCRIBER_AT));
        return OptionalLong.of(SubscriberHash.of(in.bytes(AllocationRow.SUBSCRIBER_BYTES_MAX)));
    }

    @Override
    public boolean isLive(byte[] key, byte[] value) {
        return RowKeys.isAllocation(key) && UnitRow.isAllocation(value);
    }
}
