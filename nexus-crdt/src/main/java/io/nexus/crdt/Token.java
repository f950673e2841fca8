package io.nexus.crdt;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/**
 * Names one write, for "read at least this": given out with every answer to a write, handed back with a lookup.
 *
 * @param stream segment number, 0 to 65535
 * @param incarnation generation of the stream, not negative
 * @param seq position in the stream, not negative
 */
public record Token(int stream, int incarnation, long seq) {
    private static final int BYTES = 2 + 4 + 8;

    public Token {
        if (stream < 0 || stream > 0xffff || incarnation < 0 || seq < 0) {
            throw new IllegalArgumentException("token out of range: " + stream + "/" + incarnation + "/" + seq);
        }
    }

    /** Opaque text form: base64url without padding, 19 characters. */
    public String encode() {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES);
        buffer.putShort((short) stream).putInt(incarnation).putLong(seq);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
    }

    /** The inverse of {@link #encode}; empty if the text is not a token. */
    public static Optional<Token> decode(String text) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (buffer.remaining() != BYTES) {
                return Optional.empty();
            }
            return Optional.of(new Token(buffer.getShort() & 0xffff, buffer.getInt(), buffer.getLong()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
