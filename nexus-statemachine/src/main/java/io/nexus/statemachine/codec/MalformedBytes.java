package io.nexus.statemachine.codec;

/**
 * Bytes that are not what they should be: cut short, of an unknown version or type, out of bounds. Whoever reads the
 * log or the store cannot go on; whoever reads from a peer drops the connection.
 */
public final class MalformedBytes extends RuntimeException {
    public MalformedBytes(String message) {
        super(message);
    }

    public MalformedBytes(String message, Throwable cause) {
        super(message, cause);
    }
}
