package io.nexus.api.node;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The nonce of a stream's first incarnation: SHA-256 of {@code clusterId/segment}, its first 64 bits. */
final class Nonces {
    private Nonces() {}

    static long of(String clusterId, int segment) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((clusterId + "/" + segment).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
