package io.nexus.api.consensus.machine;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.storage.IndexRule;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Each number n gives or takes an allocation and goes into a chain whose value depends on every number before it, so
 * that an entry that is lost or applied twice shows for ever. A tick changes nothing.
 */
final class ToyEngine implements Engine {
    static final IndexRule RULE =
            (key, value) -> key[0] == 3 ? OptionalLong.of(ByteBuffer.wrap(value).getLong()) : OptionalLong.empty();
    private static final byte[] CHAIN = {2};
    private static final int UNITS = 64;

    private final AtomicBoolean broken;
    private @Nullable Rows rows;
    private long chain;
    private boolean present;

    /** @param broken while true, applying finds an invariant broken */
    ToyEngine(AtomicBoolean broken) {
        this.broken = broken;
    }

    @Override
    public void load(Rows loaded, @Nullable Position position) {
        rows = loaded;
        byte[] stored = loaded.get(CHAIN);
        present = stored != null;
        chain = stored == null ? 0 : ByteBuffer.wrap(stored).getLong();
    }

    @Override
    public Applied apply(Batch batch, int incarnation, long seq) {
        Rows from = Objects.requireNonNull(rows, "not loaded");
        List<RowUpdate> updates = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        byte[] before = present ? encode(chain) : null;
        boolean changed = false;
        for (Envelope envelope : batch.commands()) {
            if (envelope.command() instanceof Command.SealPool number) {
                Invariant.check(!broken.get(), "told so by the test");
                change(from, number.instance(), updates);
                chain = chain * 31 + number.instance() + 1;
                changed = true;
            }
            outcomes.add(Outcome.Accepted.CHANGED);
        }
        if (changed) {
            present = true;
            updates.add(new RowUpdate(CHAIN, before, encode(chain)));
        }
        return new Applied(batch.stampMillis(), outcomes, updates);
    }

    private static void change(Rows from, int number, List<RowUpdate> updates) {
        byte[] key = ByteBuffer.allocate(5).put((byte) 3).putInt(number % UNITS).array();
        byte[] held = from.get(key);
        boolean free = held != null && number % 3 == 0;
        updates.add(new RowUpdate(key, held, free ? null : encode(number % 7, number)));
    }

    private static byte[] encode(long... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length);
        for (long number : numbers) {
            buffer.putLong(number);
        }
        return buffer.array();
    }

    static Batch batch(long stampMillis, int number) {
        return new Batch(stampMillis, List.of(new Envelope(number, new Command.SealPool(number))));
    }

    static Batch tick(long stampMillis) {
        return new Batch(stampMillis, List.of(new Envelope(-1, new Command.Tick())));
    }

    static byte[] encode(Batch batch) {
        Envelope only = batch.commands().get(0);
        // Padded, so that the log's segments fill up.
        ByteBuffer bytes = ByteBuffer.allocate(200).putLong(batch.stampMillis()).putLong(only.commandId());
        return bytes.array();
    }

    static Batch decode(ByteBuffer bytes) {
        long stampMillis = bytes.getLong();
        long number = bytes.getLong();
        return number < 0 ? tick(stampMillis) : batch(stampMillis, (int) number);
    }
}
