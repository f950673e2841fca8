package io.nexus.api.cluster;

/** A data directory that this process must not start on. The message is a sentence for the operator. */
public final class IdentityRefused extends RuntimeException {
    public IdentityRefused(String message) {
        super(message);
    }

    IdentityRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
