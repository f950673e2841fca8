package io.nexus.api.client;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Request ids: 96 bits at random, so that no two clients ever make the same. Thread-safe. */
final class RequestNames {
    private static final int BYTES = 12;

    private final SecureRandom random = new SecureRandom();

    /** The id that was given, or a new one where none was. */
    String orNew(String given) {
        if (!given.isEmpty()) {
            return given;
        }
        byte[] id = new byte[BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
