package io.nexus.crdt;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The repair or the catch-up that a receiver has under way, at most one; what belongs to an earlier one is stale. */
final class Transfer {
    private final boolean oneSnapshot;
    private @Nullable Kind kind;
    private long session;
    private byte @Nullable [] lastKey;

    enum Kind {
        REPAIR,
        FETCH
    }

    Transfer(boolean oneSnapshot) {
        this.oneSnapshot = oneSnapshot;
    }

    long begin(Kind of) {
        session++;
        kind = of;
        lastKey = null;
        return session;
    }

    void end() {
        kind = null;
    }

    boolean active() {
        return kind != null;
    }

    long session() {
        return session;
    }

    boolean stale(long ofSession, Kind expected) {
        return kind != expected || stale(ofSession);
    }

    boolean stale(long ofSession) {
        return kind == null || (oneSnapshot && ofSession != session);
    }

    boolean ascending(List<RowChange> rows) {
        byte[] last = lastKey;
        for (RowChange row : rows) {
            if (last != null && Arrays.compareUnsigned(last, row.key()) >= 0) {
                return false;
            }
            last = row.key();
        }
        lastKey = last;
        return true;
    }
}
