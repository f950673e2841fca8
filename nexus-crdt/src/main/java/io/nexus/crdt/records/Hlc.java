package io.nexus.crdt.records;

/**
 * A stamp of a hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014) in one long: 48 bits of
 * milliseconds since the epoch, 16 bits of counter. Stamps compare as numbers. Stateless.
 */
public final class Hlc {
    private static final int COUNTER_BITS = 16;

    private Hlc() {}

    /** The first stamp of a millisecond. */
    public static long ofMillis(long millis) {
        return millis << COUNTER_BITS;
    }

    public static long millis(long stamp) {
        return stamp >>> COUNTER_BITS;
    }
}
