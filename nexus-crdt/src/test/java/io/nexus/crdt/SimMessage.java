package io.nexus.crdt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is on the wire of the simulation. */
record SimMessage(
        Kind kind,
        int from,
        int to,
        @Nullable Cursor cursor,
        List<byte[]> steps,
        long session,
        List<RowChange> rows,
        @Nullable Position position) {
    enum Kind {
        SUBSCRIBE,
        BATCH,
        TOO_OLD,
        FORK,
        NOT_HERE,
        BEHIND,
        FETCH,
        CHUNK,
        LAST,
        BROKEN
    }

    static SimMessage subscribe(int from, int to, Cursor cursor) {
        return new SimMessage(Kind.SUBSCRIBE, from, to, cursor, List.of(), 0, List.of(), null);
    }

    static SimMessage batch(int from, int to, FeedRing.Window window) {
        return new SimMessage(Kind.BATCH, from, to, null, window.steps(), 0, List.of(), null);
    }

    static SimMessage plain(Kind kind, int from, int to, long session) {
        return new SimMessage(kind, from, to, null, List.of(), session, List.of(), null);
    }

    static SimMessage chunk(int from, int to, long session, List<RowChange> rows) {
        return new SimMessage(Kind.CHUNK, from, to, null, List.of(), session, rows, null);
    }

    static SimMessage last(int from, int to, long session, Position position) {
        return new SimMessage(Kind.LAST, from, to, null, List.of(), session, List.of(), position);
    }
}
