package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.statemachine.model.Invariant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which position may follow which, and what a step does to the rows: the same rules for every store. Pure. */
final class Succession {
    private Succession() {}

    static void checkCommit(int segment, @Nullable Position now, Position after, List<RowUpdate> updates) {
        Invariant.check(after.stream() == segment, "%s committed to segment %s", after, segment);
        if (now == null) {
            Invariant.check(
                    after.seq() == 1 || (after.seq() == 0 && updates.isEmpty()), "%s is no first position", after);
            return;
        }
        Invariant.check(after.sameBranch(now), "%s is on another branch than %s", after, now);
        Invariant.check(after.seq() == now.seq() + 1, "%s does not follow %s", after, now);
        Invariant.check(after.index() > now.index(), "%s is behind %s in the log", after, now);
    }

    static Position advanced(int segment, @Nullable Position now, long term, long index, long clockMillis) {
        Invariant.check(now != null, "segment %s advanced before its first position", segment);
        Position from = Objects.requireNonNull(now);
        Invariant.check(
                index > from.index() && term >= from.term() && clockMillis >= from.clockMillis(),
                "%s cannot go to term %s, index %s, clock %s",
                from,
                term,
                index,
                clockMillis);
        return from.atLog(term, index, clockMillis);
    }

    /** Like checkCommit, but the step may be the first of a newer incarnation: its log counts from the beginning again. */
    static void checkStep(int segment, @Nullable Position now, Position after, List<RowUpdate> updates) {
        if (now == null || after.incarnation() <= now.incarnation()) {
            checkCommit(segment, now, after, updates);
            return;
        }
        Invariant.check(after.stream() == segment, "%s committed to segment %s", after, segment);
        Invariant.check(after.seq() == now.seq() + 1, "%s does not follow %s", after, now);
    }

    static Position checkCorrection(int segment, @Nullable Position now, Recount found, Position corrected) {
        if (!found.position().equals(now)) {
            throw new IllegalArgumentException("recounted at " + found.position() + ", written since, now at " + now);
        }
        return checkInstall(segment, now, corrected);
    }

    /**
     * Where the store is once it has the rows of this position. At an equal seq the rows are the same however far the log
     * went on without changing any, so a store does not forget how far it has read.
     */
    static Position checkInstall(int segment, @Nullable Position now, Position installed) {
        if (installed.stream() != segment || (now != null && !leadsOn(now, installed))) {
            throw new IllegalArgumentException("segment " + segment + " is at " + now + ", cannot take " + installed);
        }
        return now != null && installed.sameBranch(now) && installed.index() < now.index()
                ? installed.atLog(now.term(), now.index(), now.clockMillis())
                : installed;
    }

    private static boolean leadsOn(Position now, Position installed) {
        return installed.sameBranch(now) ? installed.seq() >= now.seq() : installed.incarnation() >= now.incarnation();
    }

    /**
     * The rows with their values before. A row that is changed twice is one update; a row that is deleted though it is
     * not there is none.
     */
    static List<RowUpdate> updates(List<RowChange> rows, Reader reader) {
        Map<ByteBuffer, RowChange> last = new LinkedHashMap<>();
        for (RowChange change : rows) {
            last.put(ByteBuffer.wrap(change.key()), change);
        }
        List<RowChange> changes = new ArrayList<>(last.values());
        List<byte[]> keys = new ArrayList<>(changes.size());
        for (RowChange change : changes) {
            keys.add(change.key());
        }
        List<byte @Nullable []> before = reader.get(keys);
        List<RowUpdate> updates = new ArrayList<>(changes.size());
        for (int i = 0; i < changes.size(); i++) {
            RowChange change = changes.get(i);
            if (before.get(i) != null || change.value() != null) {
                updates.add(new RowUpdate(change.key(), before.get(i), change.value()));
            }
        }
        return updates;
    }

    @FunctionalInterface
    interface Reader {
        /** The rows' values by position, null for those that are not there. */
        List<byte @Nullable []> get(List<byte[]> keys);
    }
}
