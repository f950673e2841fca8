package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command.ForgetHistory;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.HistoryRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a batch adds to the history, one row for each allocation that ends, and what it forgets. An allocation that
 * begins and ends at the same time is not worth a row, so no two of a unit end at one time. Lives for one batch.
 */
final class HistoryNotes {
    private static final long MILLIS_PER_SECOND = 1_000;

    private final Rows rows;
    private final long nowMillis;
    private final List<RowUpdate> updates = new ArrayList<>();
    private final Set<ByteBuffer> forgotten = new HashSet<>(); // keys; never iterated

    HistoryNotes(Rows rows, long nowMillis) {
        this.rows = rows;
        this.nowMillis = nowMillis;
    }

    void note(Held held, EndReason reason) {
        AllocationRow row = held.row();
        if (held.pool().terms().historySeconds() > 0 && row.allocatedAtMillis() < nowMillis) {
            byte[] key = RowKeys.history(held.pool().instance(), held.unit(), nowMillis);
            updates.add(new RowUpdate(
                    key, null, HistoryRow.of(row, reason, nowMillis).encode()));
        }
    }

    Outcome forget(ForgetHistory command, @Nullable PoolState pool) {
        boolean changed = false;
        for (int i = 0; pool != null && i < command.units().length; i++) {
            if (pool.isInside(command.units()[i]) && isPast(pool, command.ended()[i])) {
                changed |= forget(RowKeys.history(pool.instance(), command.units()[i], command.ended()[i]));
            }
        }
        return changed ? Accepted.CHANGED : Accepted.UNCHANGED;
    }

    private boolean isPast(PoolState pool, long endedAtMillis) {
        return endedAtMillis >= 0
                && endedAtMillis < nowMillis
                && nowMillis - endedAtMillis >= pool.terms().historySeconds() * MILLIS_PER_SECOND;
    }

    private boolean forget(byte[] key) {
        byte[] value = rows.get(key);
        if (value == null || !forgotten.add(ByteBuffer.wrap(key))) {
            return false;
        }
        updates.add(new RowUpdate(key, value, null));
        return true;
    }

    Collection<RowUpdate> updates() {
        return updates;
    }
}
