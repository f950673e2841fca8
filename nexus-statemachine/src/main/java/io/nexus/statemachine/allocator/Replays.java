package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.RecentRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands that are remembered, as one batch sees them: those of earlier steps in their RECENT rows, read when one
 * is met again, and those of the batch itself. Lives for one batch.
 */
final class Replays {
    private final Rows rows;
    private final RecentCommands recent;

    private final List<RecentRow.Entry> added = new ArrayList<>();
    private final Map<Long, RecentRow.Entry> addedById = new HashMap<>(); // never iterated
    private final Map<Long, Map<Long, RecentRow.Entry>> rowsRead = new HashMap<>(); // by seq, then id; never iterated

    Replays(Rows rows, RecentCommands recent) {
        this.rows = rows;
        this.recent = recent;
    }

    /** What is remembered of the command; null: nothing, it is new or was forgotten. */
    RecentRow.@Nullable Entry find(long commandId) {
        RecentRow.Entry ownBatch = addedById.get(commandId);
        if (ownBatch != null) {
            return ownBatch;
        }
        long seq = recent.stepOf(commandId);
        if (seq == 0) {
            return null;
        }
        // Commands are proposed again by the batch, so the row of one is mostly the row of many.
        RecentRow.Entry entry = rowsRead.computeIfAbsent(seq, this::read).get(commandId);
        return Invariant.present(entry, "step %d does not know the command %x", seq, commandId);
    }

    private Map<Long, RecentRow.Entry> read(long seq) {
        Map<Long, RecentRow.Entry> byId = new HashMap<>();
        for (RecentRow.Entry entry : RecentRow.decode(stored(seq)).entries()) {
            for (long id : entry.commandIds()) {
                byId.put(id, entry);
            }
        }
        return byId;
    }

    void remember(RecentRow.Entry entry) {
        added.add(entry);
        for (long id : entry.commandIds()) {
            addedById.put(id, entry);
        }
    }

    boolean isAnythingNew() {
        return !added.isEmpty();
    }

    /** Writes what is to be remembered from this step on, and drops what is too old. */
    void write(long clockMillis, long seq, List<RowUpdate> to) {
        if (!added.isEmpty()) {
            RecentRow row = new RecentRow(clockMillis, added);
            recent.add(seq, row);
            to.add(new RowUpdate(RowKeys.recent(seq), null, row.encode()));
        }
        int dropped = 0;
        for (long old = recent.forgettable(clockMillis, dropped); old != 0; ) {
            byte[] value = stored(old);
            recent.forget(old, RecentRow.decode(value));
            to.add(new RowUpdate(RowKeys.recent(old), value, null));
            old = recent.forgettable(clockMillis, ++dropped);
        }
    }

    private byte[] stored(long seq) {
        return Invariant.present(rows.get(RowKeys.recent(seq)), "no row of the recent commands of step %d", seq);
    }
}
