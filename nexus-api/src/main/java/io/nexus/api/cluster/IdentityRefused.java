package io.nexus.api.cluster;

/** A data directory that this process must not start on. The message is a sentence for the operator. */
public final class IdentityRefused extends RuntimeException {
    private final boolean configured;

    public IdentityRefused(String message) {
        super(message);
        this.configured = false;
    }

    IdentityRefused(String message, Throwable cause) {
        super(message, cause);
        this.configured = false;
    }

    private IdentityRefused(String message, boolean configured) {
        super(message);
        this.configured = configured;
    }

    /** The directory is as it should be; the configuration says something else than when it was made. */
    static IdentityRefused otherConfiguration(String message) {
        return new IdentityRefused(message, true);
    }

    /** True if another configuration mends it; false if something is wrong with the directory. */
    public boolean byConfiguration() {
        return configured;
    }
}
