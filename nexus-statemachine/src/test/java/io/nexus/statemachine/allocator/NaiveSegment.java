package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.allocator.NaivePool.Former;
import io.nexus.statemachine.allocator.NaivePool.Holding;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.FormerRow.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * What a segment must do, written down as simply as possible: maps, loops, nothing derived, everything remembered for
 * ever. Follows a batch command by command and checks each outcome.
 */
final class NaiveSegment {
    final Map<Integer, NaivePool> pools = new TreeMap<>();
    private final Map<Long, Outcome> firstAnswers = new HashMap<>();
    private long clock;

    private Former left(NaivePool pool, Holding holding) {
        PoolTerms terms = pool.terms;
        if (pool.reservations.containsKey(holding.unit)) {
            return null;
        }
        boolean forgets = terms.holdSeconds() == 0 && terms.quarantineSeconds() == 0;
        if (holding.stage == Stage.OFFERED || (forgets && terms.policy() != AllocPolicy.LRU)) {
            return null;
        }
        boolean kept = holding.type == AllocType.STICKY || terms.holdPolicy() == HoldPolicy.STRICT;
        Kind kind = kept ? Kind.KEPT : Kind.YIELDING;
        long held = terms.holdSeconds() * 1000;
        return new Former(kind, holding.owner, holding.unit, clock, held, terms.quarantineSeconds() * 1000);
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
                keepIfAccepted(envelope, outcome);
            }
        } else if (command instanceof Command.Offer offer) {
            if (!isRepetition(envelope, outcome)) {
                offer(offer, pools.get(offer.instance()), outcome);
                keepIfAccepted(envelope, outcome);
            }
        } else if (command instanceof Command.Confirm confirm) {
            confirm(confirm, pools.get(confirm.instance()), outcome);
        } else if (command instanceof Command.Release release) {
            if (!isRepetition(envelope, outcome)) {
                end(
                        release.owner(),
                        release.prefix(),
                        release.generation(),
                        false,
                        pools.get(release.instance()),
                        outcome);
                keepIfDecided(envelope, outcome);
            }
        } else if (command instanceof Command.Decline decline) {
            if (!isRepetition(envelope, outcome)) {
                end(
                        decline.owner(),
                        decline.prefix(),
                        decline.generation(),
                        true,
                        pools.get(decline.instance()),
                        outcome);
                keepIfDecided(envelope, outcome);
            }
        } else if (command instanceof Command.Renew renew) {
            renew(renew, pools.get(renew.instance()), outcome);
        } else if (command instanceof Command.Expire expire) {
            expire(expire, pools.get(expire.instance()), outcome);
        } else if (command instanceof Command.Reserve reserve) {
            reserve(reserve, pools.get(reserve.instance()), outcome);
        } else if (command instanceof Command.Unreserve unreserve) {
            unreserve(unreserve, pools.get(unreserve.instance()), outcome);
        } else if (command instanceof Command.ForgetHistory forget) {
            forget(forget, pools.get(forget.instance()), outcome);
        }
    }

    private void reserve(Command.Reserve command, NaivePool pool, Outcome outcome) {
        if (isUnusable(pool, outcome) || isNoUnit(command.prefix(), pool, outcome)) {
            return;
        }
        long unit = pool.plan.unit(command.prefix()).orElseThrow();
        Claimant claimant = command.claimant();
        Holding held = pool.holdings.get(unit);
        Former left = pool.formers.get(unit);
        if (claimant.equals(pool.reservations.get(unit))) {
            assertThat(outcome).isEqualTo(Accepted.of(false, pool.entry));
        } else if (pool.reservations.containsKey(unit) || pool.reservations.containsValue(claimant)) {
            assertRejected(outcome, Reason.ADDRESS_RESERVED);
        } else if (held != null && !claimant.is(held.owner, held.mac)) {
            assertRejected(outcome, Reason.ADDRESS_TAKEN);
        } else {
            assertThat(outcome).isEqualTo(Accepted.of(true, pool.entry));
            pool.reservations.put(unit, claimant);
            if (left != null && left.kind() != Kind.DECLINED) {
                pool.formers.remove(unit);
                if (left.endedAt() + left.rest() > clock) {
                    pool.formers.put(
                            unit, new Former(Kind.DECLINED, left.owner(), unit, left.endedAt(), 0, left.rest()));
                }
            }
        }
    }

    private void unreserve(Command.Unreserve command, NaivePool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        if (pool.plan.unit(command.prefix()).isEmpty()) {
            assertRejected(outcome, Reason.INVALID_FIELD);
            return;
        }
        boolean was = pool.reservations.remove(pool.plan.unit(command.prefix()).orElseThrow()) != null;
        assertThat(outcome).isEqualTo(Accepted.of(was, pool.entry));
    }

    private static boolean isNoUnit(Prefix prefix, NaivePool pool, Outcome outcome) {
        var unit = pool.plan.unit(prefix);
        if (unit.isEmpty() || pool.plan.isWithheld(unit.getAsLong())) {
            assertRejected(outcome, unit.isEmpty() ? Reason.INVALID_FIELD : Reason.NOT_ALLOCATABLE);
            return true;
        }
        return false;
    }

    private void forget(Command.ForgetHistory command, NaivePool pool, Outcome outcome) {
        boolean changed = false;
        for (int i = 0; pool != null && i < command.units().length; i++) {
            long unit = command.units()[i];
            long ended = command.ended()[i];
            boolean isOld = ended < clock && clock - ended >= pool.terms.historySeconds() * 1000;
            changed |= isOld && pool.past.removeIf(past -> past.unit() == unit && past.to() == ended);
        }
        assertThat(((Accepted) outcome).changed()).isEqualTo(changed);
    }

    private void keepIfAccepted(Envelope envelope, Outcome outcome) {
        if (outcome instanceof Accepted) {
            firstAnswers.put(envelope.commandId(), outcome);
        }
    }

    private void keepIfDecided(Envelope envelope, Outcome outcome) {
        if (outcome instanceof Accepted
                || is(outcome, Reason.NO_SUCH_ALLOCATION)
                || is(outcome, Reason.GENERATION_CHANGED)) {
            firstAnswers.put(envelope.commandId(), outcome);
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
        NaivePool known = pools.get(command.pool().instance());
        if (known != null && known.sealed) {
            assertRejected(outcome, Reason.POOL_SEALED);
        } else if (known == null) {
            assertThat(outcome).isEqualTo(Accepted.of(true, command.pool()));
            pools.put(command.pool().instance(), new NaivePool(command.pool()));
        } else if (command.pool().revision() > known.entry.revision()) {
            assertThat(outcome).isEqualTo(Accepted.of(true, command.pool()));
            known.become(command.pool());
        } else {
            assertThat(outcome).isEqualTo(Accepted.of(false, known.entry));
        }
    }

    private void sealPool(NaivePool pool, Outcome outcome) {
        if (pool == null) {
            assertRejected(outcome, Reason.NO_SUCH_POOL);
        } else if (!pool.holdings.isEmpty()) {
            assertRejected(outcome, Reason.POOL_IN_USE);
        } else {
            assertThat(outcome).isEqualTo(Accepted.of(!pool.sealed, pool.entry));
            pool.sealed = true;
        }
    }

    private boolean isUnusable(NaivePool pool, Outcome outcome) {
        if (pool == null || pool.sealed) {
            assertRejected(outcome, pool == null ? Reason.NO_SUCH_POOL : Reason.POOL_SEALED);
            return true;
        }
        return false;
    }

    /* --------------- allocate --------------- */

    private void allocate(Command.Allocate command, NaivePool pool, Outcome outcome) {
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
        long expiresAt = type == AllocType.PERMANENT ? 0 : clock + seconds * 1000;
        Holding held = pool.of(command.owner());
        if (!fits) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else if (held != null && isHis(held, command.requested(), pool)) {
            extend(held, type, expiresAt);
            held.stage = Stage.ACTIVE;
            assertSame(only(outcome, false), held);
        } else {
            give(command.owner(), command.mac(), command.requested(), pool, outcome, type, expiresAt, false);
        }
    }

    private void offer(Command.Offer command, NaivePool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        long seconds = command.ttlSeconds() > 0 ? command.ttlSeconds() : pool.terms.offerSeconds();
        long expiresAt = clock + seconds * 1000;
        Holding held = pool.of(command.owner());
        if (held != null && isHis(held, command.requested(), pool)) {
            held.expiresAt = held.stage.isOffer() ? Math.max(held.expiresAt, expiresAt) : held.expiresAt;
            assertSame(only(outcome, false), held);
        } else {
            give(
                    command.owner(),
                    command.mac(),
                    command.requested(),
                    pool,
                    outcome,
                    AllocType.SESSION,
                    expiresAt,
                    true);
        }
    }

    private static boolean isHis(Holding held, Prefix requested, NaivePool pool) {
        return requested == null || requested.equals(pool.plan.prefix(held.unit));
    }

    private void give(
            Identity owner,
            byte[] mac,
            Prefix requested,
            NaivePool pool,
            Outcome outcome,
            AllocType type,
            long expiresAt,
            boolean isOffer) {
        long wanted = requested == null ? -1 : pool.plan.unit(requested).orElse(-2);
        long count = pool.holdings.values().stream()
                .filter(other -> other.owner.subscriber().equals(owner.subscriber()))
                .count();
        Former had = pool.leftTo(owner);
        if (wanted == -2) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else if (wanted >= 0 && pool.plan.isWithheld(wanted)) {
            assertRejected(outcome, Reason.NOT_ALLOCATABLE);
        } else if (pool.of(owner) != null) {
            assertRejected(outcome, Reason.ADDRESS_TAKEN);
        } else if (pool.terms.draining()) {
            assertRejected(outcome, Reason.POOL_DRAINING);
        } else if (pool.terms.subscriberLimit() > 0 && count >= pool.terms.subscriberLimit()) {
            assertRejected(outcome, Reason.SUBSCRIBER_LIMIT);
        } else if (wanted < 0 && reservedFor(pool, owner, mac) >= 0) {
            give(owner, mac, pool.plan.prefix(reservedFor(pool, owner, mac)), pool, outcome, type, expiresAt, isOffer);
        } else if (wanted >= 0 && refusal(pool, wanted, owner, mac) != null) {
            assertRejected(outcome, refusal(pool, wanted, owner, mac));
        } else {
            long unit = wanted >= 0
                    ? wanted
                    : had != null && !pool.plan.isWithheld(had.unit()) ? had.unit() : next(pool, outcome);
            if (unit < 0) {
                assertRejected(outcome, Reason.POOL_EXHAUSTED);
                return;
            }
            if (had != null && had.unit() != unit) {
                pool.formers.remove(had.unit());
                if (had.endedAt() + had.rest() > clock) {
                    Former resting = new Former(Kind.RESTING, had.owner(), had.unit(), had.endedAt(), 0, had.rest());
                    pool.formers.put(had.unit(), resting);
                }
            }
            pool.formers.remove(unit);
            Stage stage =
                    !isOffer ? Stage.ACTIVE : had != null && had.unit() == unit ? Stage.OFFERED_AGAIN : Stage.OFFERED;
            Holding given = new Holding(owner, unit, pool.floor + 1, type, expiresAt, stage, clock, mac);
            pool.holdings.put(unit, given);
            assertSame(only(outcome, true), given);
        }
    }

    private static long reservedFor(NaivePool pool, Identity owner, byte[] mac) {
        for (Claimant.Kind kind : Claimant.Kind.values()) {
            for (Map.Entry<Long, Claimant> each : pool.reservations.entrySet()) {
                if (each.getValue().kind() == kind && each.getValue().is(owner, mac)) {
                    return pool.plan.isWithheld(each.getKey()) ? -1 : each.getKey();
                }
            }
        }
        return -1;
    }

    private Reason refusal(NaivePool pool, long unit, Identity owner, byte[] mac) {
        Claimant claimant = pool.reservations.get(unit);
        if (claimant != null && !claimant.is(owner, mac)) {
            return Reason.ADDRESS_RESERVED;
        }
        if (pool.holdings.containsKey(unit)) {
            return Reason.ADDRESS_TAKEN;
        }
        Former left = pool.formers.get(unit);
        if (left == null
                || left.freeAt() <= clock
                || (left.kind().isForItsOwner() && left.owner().equals(owner))
                || (left.kind() == Kind.YIELDING && left.endedAt() + left.rest() <= clock)) {
            return null;
        }
        return switch (left.kind()) {
            case DECLINED -> Reason.ADDRESS_DECLINED;
            case KEPT -> left.endedAt() + left.held() > clock ? Reason.ADDRESS_HELD : Reason.ADDRESS_QUARANTINED;
            case RESTING, YIELDING -> Reason.ADDRESS_QUARANTINED;
        };
    }

    /** By policy; else the oldest that is left and may be given; -1: none. */
    private long next(NaivePool pool, Outcome outcome) {
        List<Long> free = LongStream.range(0, pool.plan.unitCount())
                .filter(pool::isFree)
                .boxed()
                .toList();
        if (!free.isEmpty()) {
            return switch (pool.terms.policy()) {
                case ROTATE -> rotate(pool, free);
                case LOWEST, LRU -> free.get(0);
                case RANDOM -> {
                    long unit = only(outcome, true).unit();
                    assertThat(free).contains(unit);
                    yield unit;
                }
            };
        }
        Former yielding = oldest(pool, left -> left.kind() == Kind.YIELDING || left.kind() == Kind.RESTING);
        boolean mayYield = yielding != null && !pool.plan.isWithheld(yielding.unit());
        if (mayYield && yielding.endedAt() + yielding.rest() <= clock) {
            return yielding.unit();
        }
        Former kept = oldest(pool, left -> left.kind() == Kind.KEPT);
        boolean isKept = kept != null && !pool.plan.isWithheld(kept.unit());
        return isKept && kept.freeAt() <= clock ? kept.unit() : -1;
    }

    private static Former oldest(NaivePool pool, Predicate<Former> wanted) {
        return pool.formers.values().stream()
                .filter(wanted)
                .min(Comparator.comparingLong((Former left) -> left.endedAt() / 1000)
                        .thenComparingLong(left -> left.unit()))
                .orElse(null);
    }

    private static long rotate(NaivePool pool, List<Long> free) {
        long unit = free.stream().filter(u -> u >= pool.cursor).findFirst().orElse(free.get(0));
        pool.cursor = (unit + 1) % pool.plan.unitCount();
        return unit;
    }

    private static boolean extend(Holding held, AllocType type, long expiresAt) {
        boolean isForGood = type == AllocType.PERMANENT || held.type == AllocType.PERMANENT;
        long until = isForGood ? 0 : Math.max(held.expiresAt, expiresAt);
        AllocType strongest = type.compareTo(held.type) > 0 ? type : held.type;
        boolean changed = until != held.expiresAt || strongest != held.type || held.stage.isOffer();
        held.expiresAt = until;
        held.type = strongest;
        return changed;
    }

    /* --------------- renew, release, expire --------------- */

    private void renew(Command.Renew command, NaivePool pool, Outcome outcome) {
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
            held.stage = Stage.ACTIVE;
            assertSame(only(outcome, changed), held);
        }
    }

    private void confirm(Command.Confirm command, NaivePool pool, Outcome outcome) {
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
        Holding held = pool.of(command.owner());
        if (held == null || !isHis(held, command.prefix(), pool)) {
            assertRejected(outcome, Reason.NO_SUCH_ALLOCATION);
        } else if (!fits) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else {
            boolean changed = extend(held, type, clock + seconds * 1000);
            held.stage = Stage.ACTIVE;
            assertSame(only(outcome, changed), held);
        }
    }

    private void end(Identity owner, Prefix prefix, int generation, boolean declines, NaivePool pool, Outcome outcome) {
        if (isUnusable(pool, outcome)) {
            return;
        }
        Holding held = pool.of(owner);
        if (prefix != null && pool.plan.unit(prefix).isEmpty()) {
            assertRejected(outcome, Reason.INVALID_FIELD);
        } else if (held == null || !isHis(held, prefix, pool)) {
            assertRejected(outcome, Reason.NO_SUCH_ALLOCATION);
        } else if (isOther(held, generation)) {
            assertRejected(outcome, Reason.GENERATION_CHANGED);
        } else {
            long rest = pool.terms.declineSeconds() * 1000;
            Former declined = rest == 0 ? null : new Former(Kind.DECLINED, owner, held.unit, clock, 0, rest);
            EndReason reason = declines ? EndReason.DECLINED : EndReason.RELEASED;
            pool.end(held, declines ? declined : left(pool, held), reason, clock);
            assertSame(only(outcome, true), held);
        }
    }

    private static boolean isOther(Holding held, int generation) {
        return generation != 0 && held.causalLength != generation;
    }

    private void expire(Command.Expire command, NaivePool pool, Outcome outcome) {
        List<Long> ended = new ArrayList<>();
        boolean changed = false;
        for (long unit : command.units()) {
            Holding held = pool == null ? null : pool.holdings.get(unit);
            if (held != null && held.expiresAt != 0 && held.expiresAt <= clock) {
                EndReason reason = held.stage.isOffer() ? EndReason.UNCONFIRMED : EndReason.EXPIRED;
                pool.end(held, left(pool, held), reason, clock);
                ended.add(unit);
                changed = true;
            } else if (pool != null && pool.formers.containsKey(unit)) {
                changed |= reclaim(pool, pool.formers.get(unit));
            }
        }
        assertThat(((Accepted) outcome).changed()).isEqualTo(changed);
        assertThat(((Accepted) outcome).allocations())
                .extracting(Allocation::unit)
                .isEqualTo(ended);
    }

    private boolean reclaim(NaivePool pool, Former left) {
        boolean stays = pool.terms.policy() == AllocPolicy.LRU && left.kind() != Kind.DECLINED;
        boolean ends = pool.sealed || (left.freeAt() <= clock && !stays);
        if (ends) {
            pool.formers.remove(left.unit());
        }
        return ends;
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
        assertThat(allocation.stage()).isEqualTo(holding.stage);
        assertThat(allocation.expiresAtMillis()).isEqualTo(holding.expiresAt);
        assertThat(allocation.causalLength()).isEqualTo(holding.causalLength);
    }
}
