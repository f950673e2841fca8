package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a segment must do, written down as simply as possible: maps, loops, nothing derived, everything remembered for
 * ever. Follows a batch command by command and checks each outcome.
 */
final class NaiveSegment {
    final Map<Integer, Pool> pools = new TreeMap<>();
    private final Map<Long, Outcome> firstAnswers = new HashMap<>();
    private long clock;

    static final class Pool {
        final PoolEntry entry;
        final AddressPlan plan;
        final Map<Long, Holding> holdings = new TreeMap<>();
        boolean sealed;
        long cursor;
        int floor;

        Pool(PoolEntry entry) {
            this.entry = entry;
            this.plan = AddressPlan.of(entry.spec());
        }

        Holding of(Identity owner) {
            return holdings.values().stream()
                    .filter(holding -> holding.owner.equals(owner))
                    .findFirst()
                    .orElse(null);
        }

        void end(Holding holding) {
            holdings.remove(holding.unit);
            floor = Math.max(floor, holding.causalLength + 1);
        }
    }

    static final class Holding {
        final Identity owner;
        final long unit;
        final int causalLength;
        AllocType type;
        long expiresAt;

        Holding(Identity owner, long unit, int causalLength, AllocType type, long expiresAt) {
            this.owner = owner;
            this.unit = unit;
            this.causalLength = causalLength;
            this.type = type;
            this.expiresAt = expiresAt;
        }
    }

    void follow(long stampMillis, List<Envelope> commands, List<Outcome> outcomes) {
        clock = Math.max(clock, stampMillis);
        for (int i = 0; i < commands.size(); i++) {
            follow(commands.get(i), outcomes.get(i));
        }
    }

    private void follow(Envelope envelope, Outcome outcome) {
        Command command = envelope.command();
        if (command instanceof Command.OpenPool open) {
            openPool(open, outcome);
        } else if (command instanceof Command.SealPool seal) {
            sealPool(pools.get(seal.instance()), outcome);
        } else if (command instanceof Command.Allocate allocate) {
            if (!isRepetition(envelope, outcome)) {
                allocate(allocate, pools.get(allocate.instance()), outcome);
                if (outcome instanceof Accepted) {
                    firstAnswers.put(envelope.commandId(), outcome);
                }
            }
        } else if (command instanceof Command.Release release) {
            if (!isRepetition(envelope, outcome)) {
                release(release, pools.get(release.instance()), outcome);
                if (outcome instanceof Accepted
                        || is(outcome, Reason.NO_SUCH_ALLOCATION)
                        || is(outcome, Reason.GENERATION_CHANGED)) {
                    firstAnswers.put(envelope.commandId(), outcome);
                }
            }
        } else if (command instanceof Command.Renew renew) {
            renew(renew, pools.get(renew.instance()), outcome);
        } else if (command instanceof Command.Expire expire) {
            expire(expire, pools.get(expire.instance()), outcome);
        }
    }

    /** A command that was answered before gets that answer again and changes nothing. */
    private boolean isRepetition(Envelope envelope, Outcome outcome) {
        Outcome first = firstAnswers.get(envelope.commandId());
        if (first == null) {
            return false;
        }
        if (first instanceof Rejected) {
            assertThat(outcome).isEqualTo(first);
            return true;
        }
        Accepted accepted = (Accepted) first;
        boolean foundWhatHasEnded = !accepted.changed() && is(outcome, Reason.NO_SUCH_ALLOCATION);
        if (!foundWhatHasEnded) {
            Allocation before = accepted.allocations().get(0);
            Allocation now = only(outcome, accepted.changed());
            assertThat(now.prefix()).isEqualTo(before.prefix());
            assertThat(now.owner()).isEqualTo(before.owner());
            assertThat(now.causalLength()).isEqualTo(before.causalLength());
        }
        return true;
    }

    private void openPool(Command.OpenPool command, Outcome outcome) {
        Pool known = pools.get(command.pool().instance());
        if (known != null && known.sealed) {
            assertRejected(outcome, Reason.POOL_SEALED);
        } else {
            assertThat(outcome).isEqualTo(Accepted.of(known == null, command.pool()));
            pools.computeIfAbsent(command.pool().instance(), i -> new Pool(command.pool()));
        }
    }

    private void sealPool(Pool pool, Outcome outcome) {
        if (pool == null) {
            assertRejected(outcome, Reason.NO_SUCH_POOL);
        } else if (!pool.holdings.isEmpty()) {
            assertRejected(outcome, Reason.POOL_IN_USE);
        } else {
            assertThat(outcome).isEqualTo(Accepted.of(!pool.sealed, pool.entry));
            pool.sealed = true;
        }
    }

    private boolean isUnusable(Pool pool, Outcome outcome) {
        if (pool == null || pool.sealed) {
            assertRejected(outcome, pool == null ? Reason.NO_SUCH_POOL : Reason.POOL_SEALED);
            return true;
        }
        return false;
    }

    /* --------------- allocate --------------- */

    private void allocate(Command.Allocate command, Pool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        long seconds = command.ttlSeconds() > 0
                ? command.ttlSeconds()
                : pool.entry.spec().defaultTtlSeconds();
        AllocType type = command.type();
        if (type == null) {
            type = seconds > 0 ? AllocType.SESSION : AllocType.PERMANENT;
        }
        boolean fits = type == AllocType.PERMANENT ? command.ttlSeconds() == 0 : seconds > 0;
        Prefix requested = command.requested();
        long wanted = requested == null ? -1 : pool.plan.unit(requested).orElse(-2);
        long expiresAt = type == AllocType.PERMANENT ? 0 : clock + seconds * 1000;
        Holding held = pool.of(command.owner());
        if (!fits || wanted == -2) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else if (wanted >= 0 && pool.plan.isWithheld(wanted)) {
            assertRejected(outcome, Reason.NOT_ALLOCATABLE);
        } else if (wanted >= 0 && (held != null ? held.unit != wanted : pool.holdings.containsKey(wanted))) {
            assertRejected(outcome, Reason.ADDRESS_TAKEN);
        } else if (held != null) {
            extend(held, type, expiresAt);
            assertSame(only(outcome, false), held);
        } else if (wanted == -1 && pool.holdings.size() == pool.plan.allocatable()) {
            assertRejected(outcome, Reason.POOL_EXHAUSTED);
        } else {
            long unit = wanted >= 0 ? wanted : next(pool);
            Holding given = new Holding(command.owner(), unit, pool.floor + 1, type, expiresAt);
            pool.holdings.put(unit, given);
            assertSame(only(outcome, true), given);
        }
    }

    private static long next(Pool pool) {
        long unit = pool.cursor;
        while (pool.plan.isWithheld(unit) || pool.holdings.containsKey(unit)) {
            unit = (unit + 1) % pool.plan.unitCount();
        }
        pool.cursor = (unit + 1) % pool.plan.unitCount();
        return unit;
    }

    private static boolean extend(Holding held, AllocType type, long expiresAt) {
        boolean isForGood = type == AllocType.PERMANENT || held.type == AllocType.PERMANENT;
        long until = isForGood ? 0 : Math.max(held.expiresAt, expiresAt);
        boolean changed = until != held.expiresAt;
        held.expiresAt = until;
        held.type = type.compareTo(held.type) > 0 ? type : held.type;
        return changed;
    }

    /* --------------- renew, release, expire --------------- */

    private void renew(Command.Renew command, Pool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        long seconds = command.ttlSeconds() > 0
                ? command.ttlSeconds()
                : pool.entry.spec().defaultTtlSeconds();
        Holding held = pool.of(command.owner());
        if (held == null) {
            assertRejected(outcome, Reason.NO_SUCH_ALLOCATION);
        } else if (isOther(held, command.generation())) {
            assertRejected(outcome, Reason.GENERATION_CHANGED);
        } else if (held.type != AllocType.PERMANENT && seconds == 0) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else {
            boolean changed = extend(held, held.type, clock + seconds * 1000);
            assertSame(only(outcome, changed), held);
        }
    }

    private void release(Command.Release command, Pool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        Prefix prefix = command.prefix();
        Holding held = pool.of(command.owner());
        if (prefix != null && pool.plan.unit(prefix).isEmpty()) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else if (held == null || (prefix != null && !prefix.equals(pool.plan.prefix(held.unit)))) {
            assertRejected(outcome, Reason.NO_SUCH_ALLOCATION);
        } else if (isOther(held, command.generation())) {
            assertRejected(outcome, Reason.GENERATION_CHANGED);
        } else {
            pool.end(held);
            assertSame(only(outcome, true), held);
        }
    }

    private static boolean isOther(Holding held, int generation) {
        return generation != 0 && held.causalLength != generation;
    }

    private void expire(Command.Expire command, Pool pool, Outcome outcome) {
        List<Long> ended = new ArrayList<>();
        for (long unit : command.units()) {
            Holding held = pool == null ? null : pool.holdings.get(unit);
            if (held != null && held.expiresAt != 0 && held.expiresAt <= clock) {
                pool.end(held);
                ended.add(unit);
            }
        }
        assertThat(((Accepted) outcome).changed()).isEqualTo(!ended.isEmpty());
        assertThat(((Accepted) outcome).allocations())
                .extracting(Allocation::unit)
                .isEqualTo(ended);
    }

    /* --------------- checks --------------- */

    private static boolean is(Outcome outcome, Reason reason) {
        return outcome instanceof Rejected rejected && rejected.reason() == reason;
    }

    private static void assertRejected(Outcome outcome, Reason reason) {
        assertThat(is(outcome, reason)).as("%s instead of %s", outcome, reason).isTrue();
    }

    private static Allocation only(Outcome outcome, boolean changed) {
        assertThat(outcome).isInstanceOf(Accepted.class);
        assertThat(((Accepted) outcome).changed()).as("changed").isEqualTo(changed);
        assertThat(((Accepted) outcome).allocations()).hasSize(1);
        return ((Accepted) outcome).allocations().get(0);
    }

    private static void assertSame(Allocation allocation, Holding holding) {
        assertThat(allocation.unit()).isEqualTo(holding.unit);
        assertThat(allocation.owner()).isEqualTo(holding.owner);
        assertThat(allocation.type()).isEqualTo(holding.type);
        assertThat(allocation.expiresAtMillis()).isEqualTo(holding.expiresAt);
        assertThat(allocation.causalLength()).isEqualTo(holding.causalLength);
    }
}
