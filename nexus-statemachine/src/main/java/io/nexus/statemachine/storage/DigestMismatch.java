package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;

/**
 * Rows from another node do not add up to the position they came with: one of the two stores is wrong. Nothing was
 * written. The way out is to fetch the segment anew, from elsewhere if possible.
 */
public final class DigestMismatch extends RuntimeException {
    public DigestMismatch(Position announced, Position computed) {
        super("rows add up to " + computed.digest().hex() + " with " + computed.live() + " allocations, announced was "
                + announced);
    }
}
