package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.NexusIndexRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One segment with its rows in memory and a clock that tests move; every step is validated. */
final class TestSegment {
    static final int SEGMENT = 3;
    static final long START = 1_790_000_000_000L;
    static final byte[] NO_MAC = new byte[0];

    /** Nothing is left of an allocation that ends. */
    static final PoolTerms FORGETFUL = new PoolTerms(AllocPolicy.ROTATE, HoldPolicy.SOFT, 0, 0, 0, 60, 0, 86_400);

    final MapRows rows = new MapRows(new NexusIndexRule());
    SegmentEngine engine = new SegmentEngine(SEGMENT);
    long clock = START;
    long seq;
    private long stateClock;
    private long lastId;

    TestSegment() {
        engine.load(rows, null);
    }

    /* --------------- pools --------------- */

    static PoolSpec spec(String cidr, int unitLength, long ttlSeconds) {
        Prefix prefix = prefix(cidr);
        return new PoolSpec(
                "pool-" + cidr, "default", prefix, unitLength, null, List.of(), List.of(), ttlSeconds, Map.of());
    }

    static PoolSpec with(PoolSpec spec, PoolTerms terms) {
        return new PoolSpec(
                spec.id(),
                spec.space(),
                spec.cidr(),
                spec.unitLength(),
                spec.gateway(),
                spec.exclusions(),
                spec.dns(),
                spec.defaultTtlSeconds(),
                spec.metadata(),
                terms);
    }

    static PoolEntry entry(PoolSpec spec, int instance) {
        return new PoolEntry(spec, instance, SEGMENT);
    }

    /** An open pool without a default lease time. */
    TestSegment with(int instance, String cidr, int unitLength) {
        return with(instance, spec(cidr, unitLength, 0));
    }

    TestSegment with(int instance, PoolSpec spec) {
        accepted(new Command.OpenPool(entry(spec, instance)));
        return this;
    }

    static Prefix prefix(String text) {
        return AddressText.parsePrefix(text).get();
    }

    static Prefix address(String text) {
        return AddressText.parseAddress(text).get();
    }

    /* --------------- commands --------------- */

    static Command.Allocate allocate(int instance, String subscriber) {
        return new Command.Allocate(instance, Identity.of(subscriber), NO_MAC, null, null, 0);
    }

    static Command.Allocate lease(int instance, String subscriber, long ttlSeconds) {
        return new Command.Allocate(instance, Identity.of(subscriber), NO_MAC, null, null, ttlSeconds);
    }

    static Command.Allocate typed(int instance, String subscriber, AllocType type, long ttlSeconds) {
        return new Command.Allocate(instance, Identity.of(subscriber), NO_MAC, null, type, ttlSeconds);
    }

    static Command.Allocate exactly(int instance, String subscriber, Prefix prefix) {
        return new Command.Allocate(instance, Identity.of(subscriber), NO_MAC, prefix, null, 0);
    }

    static Command.Renew renew(int instance, String subscriber, long ttlSeconds) {
        return new Command.Renew(instance, Identity.of(subscriber), ttlSeconds);
    }

    static Command.Release release(int instance, String subscriber) {
        return new Command.Release(instance, Identity.of(subscriber), null);
    }

    /* --------------- running --------------- */

    long newId() {
        return ++lastId;
    }

    Outcome apply(Command command) {
        return apply(newId(), command);
    }

    Outcome apply(long commandId, Command command) {
        return applyAll(List.of(new Envelope(commandId, command))).outcomes().get(0);
    }

    List<Outcome> applyAll(Command... commands) {
        return applyAll(Arrays.stream(commands)
                        .map(command -> new Envelope(newId(), command))
                        .toList())
                .outcomes();
    }

    Applied applyAll(List<Envelope> commands) {
        Applied applied = engine.apply(new Batch(clock, commands), 1, seq + 1);
        assertThat(applied.outcomes()).hasSameSizeAs(commands);
        stateClock = applied.clockMillis();
        if (!applied.updates().isEmpty()) {
            seq++;
            rows.commit(applied.updates());
        }
        EngineValidator.check(engine, rows);
        return applied;
    }

    Accepted accepted(Command command) {
        return accepted(newId(), command);
    }

    Accepted accepted(long commandId, Command command) {
        Outcome outcome = apply(commandId, command);
        assertThat(outcome).isInstanceOf(Accepted.class);
        return (Accepted) outcome;
    }

    /** The one allocation of an accepted command. */
    Allocation allocation(Command command) {
        return allocation(newId(), command);
    }

    Allocation allocation(long commandId, Command command) {
        List<Allocation> allocations = accepted(commandId, command).allocations();
        assertThat(allocations).hasSize(1);
        return allocations.get(0);
    }

    Rejected rejected(Command command, Reason reason) {
        return rejected(newId(), command, reason);
    }

    Rejected rejected(long commandId, Command command, Reason reason) {
        Outcome outcome = apply(commandId, command);
        assertThat(outcome).isInstanceOf(Rejected.class);
        assertThat(((Rejected) outcome).reason()).isEqualTo(reason);
        return (Rejected) outcome;
    }

    void pass(long seconds) {
        clock += seconds * 1000;
    }

    /** What the owner would propose now, proposed until nothing is left. */
    List<Allocation> expireDue() {
        List<Allocation> ended = new ArrayList<>();
        List<Command> due = engine.due(clock, 100);
        while (!due.isEmpty()) {
            due.forEach(command -> ended.addAll(accepted(command).allocations()));
            due = engine.due(clock, 100);
        }
        return ended;
    }

    /** A new engine over the rows that were committed. */
    void restart() {
        engine = new SegmentEngine(SEGMENT);
        engine.load(rows, Position.start(SEGMENT, 1, 9).atLog(1, 1, stateClock));
        EngineValidator.check(engine, rows);
    }
}
