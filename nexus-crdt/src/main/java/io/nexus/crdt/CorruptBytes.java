package io.nexus.crdt;

/** Bytes from the wire or the disk that are not what was written. Whoever sent them is asked again, or not at all. */
public final class CorruptBytes extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CorruptBytes(String message) {
        super(message);
    }
}
