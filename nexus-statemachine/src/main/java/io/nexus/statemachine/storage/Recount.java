package io.nexus.statemachine.storage;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;

/**
 * What a segment's rows really are, read from first to last: an incremental digest does not see a row that changed on
 * disk by itself.
 *
 * @param position as stored with the rows
 * @param rows number of rows of all kinds
 * @param bytes of their keys and values
 * @param digest of the rows as they were read
 * @param live allocations among them
 */
public record Recount(Position position, long rows, long bytes, Digest digest, long live) {

    /** The rows are those that the position stands for. */
    public boolean intact() {
        return digest.equals(position.digest()) && live == position.live();
    }
}
