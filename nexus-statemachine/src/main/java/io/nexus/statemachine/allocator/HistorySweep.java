package io.nexus.statemachine.allocator;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Command.ForgetHistory;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds history that is older than its pool keeps: goes through the rows a little at a time, for ever. What it finds is
 * only proposed; apply looks again. Any thread may call it; one slice blocks for a short read.
 */
final class HistorySweep {
    static final int ROWS_PER_SLICE = 1_024;
    static final long PAUSE_MILLIS = 5_000;
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final byte[] START = RowKeys.allOf(RowKeys.HISTORY);

    private final Map<Integer, Long> keptSeconds = new ConcurrentHashMap<>(); // by instance
    private byte[] next = START;
    private long lastMillis;

    void clear() {
        keptSeconds.clear();
    }

    /** @param seconds how long the pool's history is kept */
    void keep(int instance, long seconds) {
        keptSeconds.put(instance, seconds);
    }

    synchronized List<Command> due(@Nullable Rows rows, long nowMillis) {
        if (rows == null || (nowMillis >= lastMillis && nowMillis - lastMillis < PAUSE_MILLIS)) {
            return List.of();
        }
        lastMillis = nowMillis;
        Slice slice = new Slice(nowMillis);
        rows.scan(START, next, slice::take);
        next = slice.seen < ROWS_PER_SLICE ? START : slice.last;
        return slice.commands();
    }

    /** Rows that were read together. */
    private final class Slice {
        private final long nowMillis;
        private final Map<Integer, List<byte[]>> past = new TreeMap<>();
        private byte[] last = START;
        private int seen;

        Slice(long nowMillis) {
            this.nowMillis = nowMillis;
        }

        boolean take(byte[] key, byte[] value) {
            int instance = RowKeys.instance(key);
            long age = nowMillis - RowKeys.endedAtMillis(key);
            if (age >= keptSeconds.getOrDefault(instance, Long.MAX_VALUE / MILLIS_PER_SECOND) * MILLIS_PER_SECOND) {
                past.computeIfAbsent(instance, i -> new ArrayList<>()).add(key.clone());
            }
            last = key.clone();
            return ++seen < ROWS_PER_SLICE;
        }

        List<Command> commands() {
            List<Command> commands = new ArrayList<>();
            past.forEach((instance, keys) -> commands.add(new ForgetHistory(
                    instance,
                    keys.stream().mapToLong(RowKeys::unit).toArray(),
                    keys.stream().mapToLong(RowKeys::endedAtMillis).toArray())));
            return commands;
        }
    }
}
