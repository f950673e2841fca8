package io.nexus.api.consensus;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which command ids it has seen and in which order: one row for each, whose value says the how manieth it
 * was. A command that comes again changes nothing.
 */
final class ToyEngine implements Engine {
    static final byte KIND = 0x51;

    private final Set<Long> seen = new HashSet<>();
    private final AtomicReference<List<Command>> due = new AtomicReference<>(List.of());
    private volatile long pauseNanos;
    private volatile boolean broken;
    private long clock;

    /** Every batch takes so long to apply from now on. */
    void slow(long nanos) {
        pauseNanos = nanos;
    }

    /** An invariant does not hold any more. */
    void breakDown() {
        broken = true;
    }

    void due(List<Command> commands) {
        due.set(commands);
    }

    @Override
    public void load(Rows rows, @Nullable Position position) {
        seen.clear();
        clock = position == null ? 0 : position.clockMillis();
        rows.scan(new byte[] {KIND}, (key, value) -> seen.add(id(key)));
    }

    @Override
    public Applied apply(Batch batch, int incarnation, long seq) {
        Invariant.check(!broken, "the test broke this engine");
        if (pauseNanos > 0) {
            LockSupport.parkNanos(pauseNanos);
        }
        clock = Math.max(clock, batch.stampMillis());
        List<Outcome> outcomes = new ArrayList<>();
        List<RowUpdate> updates = new ArrayList<>();
        for (Envelope envelope : batch.commands()) {
            boolean isNew = !(envelope.command() instanceof Command.Tick) && seen.add(envelope.commandId());
            if (isNew) {
                updates.add(new RowUpdate(key(envelope.commandId()), null, value(seen.size())));
            }
            outcomes.add(isNew ? Outcome.Accepted.CHANGED : Outcome.Accepted.UNCHANGED);
        }
        return new Applied(clock, outcomes, updates);
    }

    @Override
    public List<Command> due(long nowMillis, int limit) {
        return due.getAndSet(List.of());
    }

    static long id(byte[] key) {
        return ByteBuffer.wrap(key, 1, Long.BYTES).getLong();
    }

    private static byte[] key(long id) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(KIND).putLong(id).array();
    }

    private static byte[] value(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
