package io.nexus.crdt.records;

import io.nexus.crdt.Digest;

/**
 * What a replica is, apart from its revisions; changes with them in one step.
 *
 * @param vector every write in it is in the replica, or what replaced it
 * @param collected tombstones of these writes may have been dropped: whoever does not have them all must compare key by
 *     key, what is absent was deleted
 * @param ahead writes of these may be in the replica too, or what they did: transfers that are under way, or ended early.
 *     Contents can be compared only when the vector has caught up with it.
 * @param digest sum over all live revisions, see {@link Revision#digest}
 * @param live number of records that exist
 * @param clock the greatest stamp given or seen
 */
public record RecordState(
        VersionVector vector, VersionVector collected, VersionVector ahead, Digest digest, long live, long clock) {
    public static final RecordState EMPTY =
            new RecordState(VersionVector.EMPTY, VersionVector.EMPTY, VersionVector.EMPTY, Digest.ZERO, 0, 0);

    /** Exactly what the vector says, so that replicas with equal vectors must have equal digests. */
    public boolean exact() {
        return vector.covers(ahead);
    }
}
