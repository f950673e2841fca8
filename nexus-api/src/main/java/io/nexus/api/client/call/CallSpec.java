package io.nexus.api.client.call;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, and what may be done about it.
 *
 * @param repeat what may be sent again
 * @param route null for calls that any node serves alike
 */
public record CallSpec<Q, R>(
        MethodDescriptor<Q, R> method,
        Q request,
        Repeat repeat,
        @Nullable Route route) {

    /** What may be sent again. */
    public enum Repeat {
        /** Has no effect: may be sent again, and to two nodes at once. */
        READ,
        /** Named by a request id, or idempotent by its body: a repetition gets the first answer. */
        SAFE,
        /** A repetition would be another request: only where the first surely was not served. */
        IF_NOT_DONE
    }
}
