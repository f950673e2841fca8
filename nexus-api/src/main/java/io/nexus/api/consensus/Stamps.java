package io.nexus.api.consensus;

import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * The time that an owner writes into what it proposes: leases begin and end by it. Thread-safe, never blocks. The
 * state's clock is the largest stamp applied, so that stamps may go back.
 */
@FunctionalInterface
public interface Stamps {
    /** Milliseconds since the epoch; empty while this node cannot tell whether its clock is right: it proposes nothing then. */
    OptionalLong millis();

    /** A clock that is trusted as it is. */
    static Stamps of(InstantSource clock) {
        return () -> OptionalLong.of(clock.millis());
    }
}
