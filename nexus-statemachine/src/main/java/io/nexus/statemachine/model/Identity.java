package io.nexus.statemachine.model;

import java.util.Arrays;

/**
 * Who an allocation belongs to within its pool: the subscriber, and for IPv6 the client's DUID and IAID where given
 * (RFC 8415). Two requests with equal identities in one pool mean the same allocation.
 *
 * @param subscriber 1 to 256 bytes of UTF-8
 * @param duid up to 128 octets; empty if none
 * @param iaid 0 if none
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are by content, below
public record Identity(String subscriber, byte[] duid, int iaid) {
    public static Identity of(String subscriber) {
        return new Identity(subscriber, new byte[0], 0);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Identity other
                && subscriber.equals(other.subscriber)
                && iaid == other.iaid
                && Arrays.equals(duid, other.duid);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * subscriber.hashCode() + Arrays.hashCode(duid)) + iaid;
    }
}
