package io.nexus.statemachine.storage;

/** The store could not read or write. The node must stop: it never goes on with a hole. */
public final class StorageFailure extends RuntimeException {
    public StorageFailure(String message) {
        super(message);
    }

    public StorageFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
