package io.nexus.statemachine.model;

import java.nio.charset.StandardCharsets;

/**
 * Where a subscriber is attached, as far as the caller said so.
 *
 * @param gateway for example a NAS identifier, at most {@value #GATEWAY_BYTES_MAX} bytes of UTF-8; empty if not known
 * @param circuit for example an Agent-Circuit-Id, at most {@value #CIRCUIT_BYTES_MAX} bytes; empty if not known
 */
public record Attachment(String gateway, String circuit) {
    public static final int GATEWAY_BYTES_MAX = 64;
    public static final int CIRCUIT_BYTES_MAX = 128;
    public static final Attachment NONE = new Attachment("", "");

    public boolean isNone() {
        return gateway.isEmpty() && circuit.isEmpty();
    }

    /** False if a part is too long to be stored. */
    public boolean isPossible() {
        return gateway.getBytes(StandardCharsets.UTF_8).length <= GATEWAY_BYTES_MAX
                && circuit.getBytes(StandardCharsets.UTF_8).length <= CIRCUIT_BYTES_MAX;
    }
}
