package io.nexus.api.records;

import java.time.Duration;

/**
 * What the records of a node go by.
 *
 * @param syncInterval between statements of an idle replica, and between rounds of cleaning up
 * @param clockOffsetMax how far apart the clocks of two nodes may be; writes that are stamped later are not taken
 */
public record RecordSettings(Duration syncInterval, Duration clockOffsetMax) {
    /** Writes that may wait for the writer thread. */
    static final int QUEUE_MAX = 4_096;
    /** Own writes that are kept for followers. */
    static final long TAIL_BYTES = 8L << 20;
}
