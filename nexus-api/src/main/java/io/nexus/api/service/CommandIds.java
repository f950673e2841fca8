package io.nexus.api.service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Names commands. A request that the caller named gets the same command id on every node; the others get one from a
 * sequence of this process that starts at random, so that two processes hardly ever use the same. Thread-safe.
 */
public final class CommandIds {
    private final AtomicLong next = new AtomicLong(new SecureRandom().nextLong());

    /** Never repeats within this process. */
    long next() {
        return next.getAndIncrement();
    }

    /**
     * @param kind of the request: one request id may be used once for each
     * @param requestId null: the caller gave none
     */
    long of(String kind, String subscriber, @Nullable String requestId) {
        if (requestId == null) {
            return next();
        }
        MessageDigest digest = sha256();
        for (String part : new String[] {kind, subscriber, requestId}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
