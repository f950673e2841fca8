package io.nexus.api.http;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.Reason;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Reads the bodies of requests. Small ones, nearly all, are there before a thread is given to the request. Reading a
 * larger one holds a thread for as long as its sender likes, so only some threads may be held that way: the others
 * go on serving health and lookups. Thread-safe.
 */
final class Bodies {
    static final int BYTES_MAX = 1 << 20;
    /** Kept for each connection while it arrives. */
    static final int SMALL_BYTES_MAX = 8 << 10;

    private final Semaphore larger;

    /** @param threadsMax that may wait for larger bodies */
    Bodies(int threadsMax) {
        this.larger = new Semaphore(threadsMax);
    }

    /** The body; fails with MESSAGE_TOO_LARGE, OVERLOADED or, if the connection ends, INVALID_FIELD. May block. */
    byte[] read(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length > BYTES_MAX) {
            throw tooLarge();
        }
        if (length >= 0 && length <= SMALL_BYTES_MAX) {
            return bytes(request);
        }
        if (!larger.tryAcquire()) {
            throw Problem.retry(
                            Reason.OVERLOADED,
                            Duration.ofSeconds(1),
                            "too many bodies over %d bytes are being read: come back, or send less at a time",
                            SMALL_BYTES_MAX)
                    .exception();
        }
        try {
            return bytes(request);
        } finally {
            larger.release();
        }
    }

    private static byte[] bytes(HttpServletRequest request) {
        try {
            byte[] bytes = request.getInputStream().readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw Problem.field("body", "could not be read").exception();
        }
    }

    private static RuntimeException tooLarge() {
        return Problem.of(Reason.MESSAGE_TOO_LARGE, "the body has more than %d bytes", BYTES_MAX)
                .exception();
    }
}
