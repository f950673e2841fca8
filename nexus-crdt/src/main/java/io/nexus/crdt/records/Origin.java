package io.nexus.crdt.records;

import java.util.UUID;

/**
 * Who writes a stream of records: a node in one of its incarnations. A node that may have lost writes it had sent goes on
 * in a new one, because its old sequence numbers are used up.
 *
 * @param incarnation greater than all before it, and never drawn twice
 */
public record Origin(UUID node, long incarnation) implements Comparable<Origin> {
    @Override
    public int compareTo(Origin other) {
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : Long.compareUnsigned(incarnation, other.incarnation);
    }
}
