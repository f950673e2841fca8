package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import io.nexus.statemachine.codec.BatchCodec;
import io.nexus.statemachine.codec.OutcomeCodec;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.AddressPlan;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Seeded;
import io.nexus.statemachine.rows.AllocationRow;
import io.nexus.statemachine.rows.FormerRow;
import io.nexus.statemachine.rows.HistoryRow;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.rows.ReservationRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.rows.UnitRow;
import io.nexus.statemachine.storage.RowUpdate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random batches on small pools, so that everything collides with everything: against the naive model, and the same on
 * a second engine that gets its batches decoded from their bytes and is started anew now and then.
 */
class SegmentEngineProperties {
    private static final List<PoolEntry> POOLS = List.of(
            pool("10.0.0.0/29", 32, 0, terms(AllocPolicy.ROTATE, HoldPolicy.SOFT, 60, 0, 1), 1),
            pool("10.0.1.0/28", 32, 60, terms(AllocPolicy.LRU, HoldPolicy.SOFT, 5, 20, 0), 2),
            pool("2001:db8::/60", 64, 0, terms(AllocPolicy.RANDOM, HoldPolicy.STRICT, 30, 20, 2), 3),
            pool("10.0.2.0/30", 32, 30, terms(AllocPolicy.ROTATE, HoldPolicy.SOFT, 0, 0, 0), 4),
            pool("2001:db8:1::/127", 128, 0, terms(AllocPolicy.LOWEST, HoldPolicy.SOFT, 30, 10, 0), 5),
            pool("10.0.3.0/29", 32, 0, terms(AllocPolicy.LOWEST, HoldPolicy.STRICT, 0, 40, 0), 6),
            pool("10.0.4.0/29", 32, 20, terms(AllocPolicy.LRU, HoldPolicy.STRICT, 0, 0, 0), 7));

    private static PoolEntry pool(String cidr, int unitLength, long ttlSeconds, PoolTerms terms, int instance) {
        return TestSegment.entry(TestSegment.with(TestSegment.spec(cidr, unitLength, ttlSeconds), terms), instance);
    }

    private static PoolTerms terms(AllocPolicy policy, HoldPolicy hold, long held, long rest, int limit) {
        return new PoolTerms(
                policy, hold, held, rest, limit == 1 ? 0 : 90, 15, limit, limit == 1 ? 0 : held == 60 ? 86_400 : 200);
    }

    private static final AllocType[] TYPES = {null, null, null, AllocType.SESSION, AllocType.STICKY, AllocType.PERMANENT
    };
    private static final long[] SECONDS = {0, 0, 1, 10, 45, 300};

    @Test
    void engine_agreesWithTheNaiveModel() {
        Map<String, Integer> seen = new TreeMap<>();
        Seeded.forAll(60, random -> {
            Run run = new Run(random, false);
            for (int i = 0; i < 120; i++) {
                run.batch().forEach(outcome -> seen.merge(name(outcome), 1, Integer::sum));
            }
        });
        if (Long.getLong("seed") == null) {
            assertThat(seen)
                    .as("what a run comes across")
                    .containsKeys(
                            "changed",
                            "unchanged",
                            "NO_SUCH_POOL",
                            "POOL_SEALED",
                            "POOL_IN_USE",
                            "POOL_EXHAUSTED",
                            "ADDRESS_TAKEN",
                            "NOT_ALLOCATABLE",
                            "NO_SUCH_ALLOCATION",
                            "INVALID_FIELD",
                            "SUBSCRIBER_LIMIT",
                            "ADDRESS_HELD",
                            "ADDRESS_QUARANTINED",
                            "ADDRESS_DECLINED",
                            "ADDRESS_RESERVED",
                            "POOL_DRAINING");
        }
    }

    private static String name(Outcome outcome) {
        if (outcome instanceof Outcome.Rejected rejected) {
            return rejected.reason().name();
        }
        return ((Outcome.Accepted) outcome).changed() ? "changed" : "unchanged";
    }

    /** What ids with another body do is not specified in every case, but nothing may break. */
    @Test
    void engine_withIdsUsedForOtherRequests_keepsItsInvariants() {
        Seeded.forAll(30, random -> {
            Run run = new Run(random, true);
            for (int i = 0; i < 120; i++) {
                run.batch();
            }
        });
    }

    private static final class Run {
        final SplittableRandom random;
        final boolean mixesIds;
        final MapRows rows = new MapRows(new NexusIndexRule());
        final NaiveSegment model = new NaiveSegment();
        final List<Proposed> proposed = new ArrayList<>();
        final Set<Long> ids = new HashSet<>();
        SegmentEngine leader = new SegmentEngine(TestSegment.SEGMENT);
        SegmentEngine follower = new SegmentEngine(TestSegment.SEGMENT);
        long wallClock = TestSegment.START;
        long stateClock;
        long seq;
        long lastId;
        final Map<Integer, PoolEntry> latest = new TreeMap<>();

        record Proposed(long stateClock, Envelope envelope) {}

        Run(SplittableRandom random, boolean mixesIds) {
            this.random = random;
            this.mixesIds = mixesIds;
            POOLS.forEach(pool -> latest.put(pool.instance(), pool));
            leader.load(rows, null);
            follower.load(rows, null);
        }

        List<Outcome> batch() {
            wallClock += random.nextInt(5) == 0 ? random.nextInt(-3_000, 60_000) : random.nextInt(2_000);
            // Only what an engine must still know may be proposed again.
            long horizon = Math.max(stateClock, wallClock) - RecentCommands.KEEP_MILLIS;
            proposed.removeIf(old -> old.stateClock <= horizon);
            restartSome();

            List<Envelope> commands = new ArrayList<>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                commands.add(envelope());
            }
            leader.due(wallClock, 4).forEach(command -> commands.add(new Envelope(++lastId, command)));
            return apply(new Batch(wallClock, commands));
        }

        private void restartSome() {
            if (random.nextInt(10) == 0) {
                follower = started();
            }
            if (random.nextInt(25) == 0) {
                leader = started();
            }
        }

        private SegmentEngine started() {
            SegmentEngine engine = new SegmentEngine(TestSegment.SEGMENT);
            engine.load(rows, Position.start(TestSegment.SEGMENT, 1, 9).atLog(1, 1, stateClock));
            return engine;
        }

        private List<Outcome> apply(Batch batch) {
            Applied applied = leader.apply(batch, 1, seq + 1);
            Applied again = follower.apply(BatchCodec.decode(ByteBuffer.wrap(BatchCodec.encode(batch))), 1, seq + 1);
            assertEqual(applied, again);
            stateClock = applied.clockMillis();
            if (!applied.updates().isEmpty()) {
                seq++;
                rows.commit(applied.updates());
            }
            for (Envelope envelope : batch.commands()) {
                if (ids.add(envelope.commandId())) {
                    proposed.add(new Proposed(stateClock, envelope));
                }
            }
            EngineValidator.check(leader, rows);
            EngineValidator.check(follower, rows);
            if (!mixesIds) {
                model.follow(batch.stampMillis(), batch.commands(), applied.outcomes());
                assertRowsAsInModel();
            }
            return applied.outcomes();
        }

        private static void assertEqual(Applied one, Applied other) {
            assertThat(one.clockMillis()).isEqualTo(other.clockMillis());
            for (int i = 0; i < one.outcomes().size(); i++) {
                assertThat(OutcomeCodec.encode(one.outcomes().get(i)))
                        .as("outcome %d: %s", i, one.outcomes().get(i))
                        .isEqualTo(OutcomeCodec.encode(other.outcomes().get(i)));
            }
            assertThat(one.updates()).hasSameSizeAs(other.updates());
            for (int i = 0; i < one.updates().size(); i++) {
                RowUpdate mine = one.updates().get(i);
                RowUpdate theirs = other.updates().get(i);
                assertThat(Arrays.equals(mine.key(), theirs.key())
                                && Arrays.equals(mine.before(), theirs.before())
                                && Arrays.equals(mine.after(), theirs.after()))
                        .as("update %d", i)
                        .isTrue();
            }
        }

        private void assertRowsAsInModel() {
            Map<String, String> stored = new HashMap<>();
            rows.scan(RowKeys.allOf(RowKeys.ALLOCATION), (key, value) -> {
                UnitRow any = UnitRow.decode(value);
                String what = any instanceof AllocationRow row
                        ? row.type() + " " + row.expiresAtMillis() + " " + row.stage()
                        : text((FormerRow) any);
                stored.put(
                        RowKeys.instance(key) + "/" + RowKeys.unit(key),
                        any.owner().hashCode() + " " + what);
            });
            Map<String, String> expected = new HashMap<>();
            model.pools.forEach((instance, pool) -> {
                pool.holdings.forEach((unit, held) -> expected.put(
                        instance + "/" + unit,
                        held.owner.hashCode() + " " + held.type + " " + held.expiresAt + " " + held.stage));
                pool.formers.forEach((unit, left) -> expected.put(
                        instance + "/" + unit,
                        left.owner().hashCode() + " " + left.kind() + " " + left.endedAt() + " " + left.freeAt()));
            });
            assertThat(stored).isEqualTo(expected);
            assertHistoryAsInModel();
            assertReservationsAsInModel();
        }

        private void assertReservationsAsInModel() {
            Map<String, Claimant> stored = new HashMap<>();
            rows.scan(
                    RowKeys.allOf(RowKeys.RESERVATION),
                    (key, value) -> stored.put(
                            RowKeys.instance(key) + "/" + RowKeys.unit(key),
                            ReservationRow.decode(value).claimant()));
            Map<String, Claimant> expected = new HashMap<>();
            model.pools.forEach((instance, pool) ->
                    pool.reservations.forEach((unit, claimant) -> expected.put(instance + "/" + unit, claimant)));
            assertThat(stored).isEqualTo(expected);
        }

        private void assertHistoryAsInModel() {
            Set<String> stored = new HashSet<>();
            rows.scan(RowKeys.allOf(RowKeys.HISTORY), (key, value) -> {
                HistoryRow row = HistoryRow.decode(value);
                long to = RowKeys.endedAtMillis(key);
                stored.add(RowKeys.instance(key) + " " + RowKeys.unit(key) + " "
                        + row.owner().hashCode() + " " + (to - row.heldMillis()) + " " + to + " " + row.reason());
            });
            Set<String> expected = new HashSet<>();
            model.pools.forEach((instance, pool) -> pool.past.forEach(past -> expected.add(instance + " " + past.unit()
                    + " " + past.owner().hashCode() + " " + past.from() + " " + past.to() + " " + past.reason())));
            assertThat(stored).isEqualTo(expected);
        }

        private static String text(FormerRow left) {
            return left.kind() + " " + left.endedAtMillis() + " " + left.freeAtMillis();
        }

        /* --------------- random commands --------------- */

        private Envelope envelope() {
            if (!proposed.isEmpty() && random.nextInt(4) == 0) {
                Envelope old = proposed.get(random.nextInt(proposed.size())).envelope();
                return mixesIds && random.nextInt(3) == 0 ? new Envelope(old.commandId(), command()) : old;
            }
            return new Envelope(++lastId, command());
        }

        private Command command() {
            PoolEntry pool = POOLS.get(random.nextInt(POOLS.size()));
            int instance = random.nextInt(60) == 0 ? 99 : pool.instance();
            int kind = random.nextInt(100);
            if (kind < 12) {
                return new Command.OpenPool(random.nextInt(3) == 0 ? revised(pool.instance()) : pool);
            } else if (kind < 13) {
                return new Command.SealPool(instance);
            } else if (kind < 15) {
                return random.nextInt(3) == 0
                        ? new Command.Unreserve(instance, prefix(pool))
                        : new Command.Reserve(instance, prefix(pool), claimant());
            } else if (kind < 23) {
                return new Command.Offer(
                        instance,
                        owner(),
                        new byte[0],
                        random.nextInt(4) == 0 ? prefix(pool) : null,
                        SECONDS[random.nextInt(SECONDS.length)],
                        Attachment.NONE);
            } else if (kind < 28) {
                return new Command.Confirm(
                        instance,
                        owner(),
                        random.nextInt(4) == 0 ? prefix(pool) : null,
                        TYPES[random.nextInt(TYPES.length)],
                        SECONDS[random.nextInt(SECONDS.length)]);
            } else if (kind < 33) {
                return new Command.Decline(
                        instance, owner(), random.nextInt(5) == 0 ? prefix(pool) : null, generation());
            } else if (kind < 57) {
                return new Command.Allocate(
                        instance,
                        owner(),
                        mac(),
                        random.nextInt(4) == 0 ? prefix(pool) : null,
                        TYPES[random.nextInt(TYPES.length)],
                        SECONDS[random.nextInt(SECONDS.length)]);
            } else if (kind < 67) {
                return new Command.Renew(instance, owner(), SECONDS[random.nextInt(SECONDS.length)], generation());
            } else if (kind < 90) {
                return new Command.Release(
                        instance, owner(), random.nextInt(5) == 0 ? prefix(pool) : null, generation());
            } else if (kind < 97) {
                return new Command.Expire(instance, random.longs(5, 0, 20).toArray());
            }
            return new Command.Tick();
        }

        /** Seldom one, and then one of the first: often another than that of what is held. */
        private int generation() {
            return random.nextInt(3) > 0 ? 0 : 1 + 2 * random.nextInt(20);
        }

        /** The next revision of a pool: with other exclusions, policies or times, or twice as wide. */
        private PoolEntry revised(int instance) {
            PoolEntry now = latest.get(instance);
            PoolSpec spec = now.spec();
            Prefix cidr = spec.cidr();
            boolean grows = random.nextInt(4) == 0 && spec.unitLength() - cidr.length() < 5;
            Prefix wide = grows ? Prefix.masked(cidr.family(), cidr.hi(), cidr.lo(), cidr.length() - 1) : cidr;
            PoolTerms terms = spec.terms();
            PoolTerms other = new PoolTerms(
                    AllocPolicy.values()[random.nextInt(4)],
                    HoldPolicy.values()[random.nextInt(2)],
                    terms.holdSeconds(),
                    terms.quarantineSeconds(),
                    terms.declineSeconds(),
                    terms.offerSeconds(),
                    terms.subscriberLimit(),
                    terms.historySeconds(),
                    random.nextInt(6) == 0);
            Prefix excluded = AddressPlan.prefix(spec, random.nextInt(1 << spec.unitLength() - cidr.length()));
            PoolEntry next = new PoolEntry(
                    new PoolSpec(
                            spec.id(),
                            spec.space(),
                            wide,
                            spec.unitLength(),
                            spec.gateway(),
                            random.nextBoolean() ? List.of(AddressRange.of(excluded)) : List.of(),
                            spec.dns(),
                            spec.defaultTtlSeconds(),
                            spec.metadata(),
                            random.nextBoolean() ? other : terms,
                            spec.origin()),
                    instance,
                    now.segment(),
                    now.revision() + 1);
            latest.put(instance, next);
            return next;
        }

        private Claimant claimant() {
            Identity owner = owner();
            return switch (random.nextInt(3)) {
                case 0 -> Claimant.mac(new byte[] {0, 0, 0, 0, 0, (byte) random.nextInt(3)});
                case 1 ->
                    owner.duid().length > 0
                            ? Claimant.duid(owner.duid(), owner.iaid())
                            : Claimant.subscriber(owner.subscriber());
                default -> Claimant.subscriber(owner.subscriber());
            };
        }

        private byte[] mac() {
            return random.nextBoolean() ? new byte[0] : new byte[] {0, 0, 0, 0, 0, (byte) random.nextInt(3)};
        }

        private Identity owner() {
            String subscriber = "sub-" + random.nextInt(8);
            return random.nextInt(4) == 0
                    ? new Identity(subscriber, new byte[] {(byte) random.nextInt(2)}, random.nextInt(2))
                    : Identity.of(subscriber);
        }

        /** A unit of the pool, often a free one, seldom no unit at all. */
        private Prefix prefix(PoolEntry pool) {
            if (random.nextInt(12) == 0) {
                return TestSegment.prefix("10.0.0.4/30");
            }
            PoolSpec spec = latest.get(pool.instance()).spec();
            int bits = spec.unitLength() - spec.cidr().length();
            return AddressPlan.prefix(spec, random.nextInt(1 << bits));
        }
    }
}
