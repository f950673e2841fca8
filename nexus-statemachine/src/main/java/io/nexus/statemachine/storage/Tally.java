package io.nexus.statemachine.storage;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Digest and live count of a set of rows while it changes. Single-threaded. */
final class Tally {
    private final IndexRule rule;
    private Digest digest;
    private long live;

    Tally(IndexRule rule, @Nullable Position from) {
        this.rule = rule;
        this.digest = from == null ? Digest.ZERO : from.digest();
        this.live = from == null ? 0 : from.live();
    }

    /** Starts from rows as they were read. */
    static Tally of(IndexRule rule, Recount found) {
        Tally tally = new Tally(rule, null);
        tally.digest = found.digest();
        tally.live = found.live();
        return tally;
    }

    Recount recounted(Position position, long rows, long bytes) {
        return new Recount(position, rows, bytes, digest, live);
    }

    /** Adds a row, and tells the subscriber's hash if it is found by it. */
    OptionalLong add(byte[] key, byte[] value) {
        digest = digest.plus(Digest.of(key, value));
        live += rule.isLive(key, value) ? 1 : 0;
        return rule.subscriberHash(key, value);
    }

    /** Takes a row away, and tells the subscriber's hash if it was found by it. */
    OptionalLong remove(byte[] key, byte[] value) {
        digest = digest.minus(Digest.of(key, value));
        live -= rule.isLive(key, value) ? 1 : 0;
        return rule.subscriberHash(key, value);
    }

    Position label(Position position) {
        return new Position(
                position.stream(),
                position.incarnation(),
                position.nonce(),
                position.seq(),
                position.term(),
                position.index(),
                position.clockMillis(),
                digest,
                live);
    }

    /** Like {@link #label}, for rows that came from elsewhere. */
    Position verify(Position announced) {
        Position computed = label(announced);
        if (!computed.equals(announced)) {
            throw new DigestMismatch(announced, computed);
        }
        return computed;
    }
}
