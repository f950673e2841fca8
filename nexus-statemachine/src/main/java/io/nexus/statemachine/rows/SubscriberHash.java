package io.nexus.statemachine.rows;

import io.nexus.crdt.Digest;
import java.nio.charset.StandardCharsets;

/**
 * 64-bit hash of a subscriber id, the key of the index by subscriber: part of the durable format, its test vectors
 * must never change. Two ids may share a hash: whoever reads the index compares the ids.
 */
public final class SubscriberHash {
    private static final byte[] NOTHING = new byte[0];

    private SubscriberHash() {}

    public static long of(String subscriber) {
        return of(subscriber.getBytes(StandardCharsets.UTF_8));
    }

    /** The same, of the id's bytes in UTF-8. */
    public static long of(byte[] utf8) {
        return Digest.of(utf8, NOTHING).hi();
    }
}
