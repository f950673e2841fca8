package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AddressPlanProperties {

    @Test
    void unitAndPrefix_anyPool_agreeWithPlainArithmetic() {
        Seeded.forAll(20_000, random -> {
            PoolSpec spec = spec(random, 32, List.of());
            AddressPlan plan = AddressPlan.of(spec);
            long unit = random.nextLong(plan.unitCount());
            Prefix prefix = plan.prefix(unit);

            int shift = spec.cidr().family().bits() - spec.unitLength();
            assertThat(number(prefix))
                    .isEqualTo(number(spec.cidr()).add(BigInteger.valueOf(unit).shiftLeft(shift)));
            assertThat(spec.cidr().contains(prefix)).isTrue();
            assertThat(plan.unit(prefix)).hasValue(unit);
            assertThat(plan.unitContaining(prefix.lastAddress())).hasValue(unit);
        });
    }

    @Test
    void withheld_anyExclusions_areExactlyTheUnitsTouched() {
        Seeded.forAll(2_000, random -> {
            List<AddressRange> exclusions = new ArrayList<>();
            PoolSpec bare = spec(random, 8, exclusions);
            for (int i = random.nextInt(6); i > 0; i--) {
                exclusions.add(inside(random, bare.cidr()));
            }
            PoolSpec spec = spec(bare, exclusions);
            AddressPlan plan = AddressPlan.of(spec);
            BitSet expected = new BitSet();
            for (int unit = 0; unit < plan.unitCount(); unit++) {
                expected.set(unit, isNeverHandedOut(spec, plan.prefix(unit)));
            }
            for (int unit = 0; unit < plan.unitCount(); unit++) {
                assertThat(plan.isWithheld(unit)).isEqualTo(expected.get(unit));
            }
            assertThat(plan.allocatable()).isEqualTo(plan.unitCount() - expected.cardinality());
        });
    }

    /** As a person would say it. */
    private static boolean isNeverHandedOut(PoolSpec spec, Prefix unit) {
        Prefix cidr = spec.cidr();
        boolean ipv4 = cidr.family() == Family.IPV4;
        if (ipv4 && cidr.length() <= 30 && (touches(unit, cidr.firstAddress()) || touches(unit, cidr.lastAddress()))) {
            return true;
        }
        Prefix gateway = spec.gateway();
        if (gateway == null && ipv4) {
            long firstHost = cidr.lo() + (cidr.length() <= 30 ? 1 : 0);
            gateway = new Prefix(Family.IPV4, 0, firstHost, 32);
        }
        return (gateway != null && touches(unit, gateway))
                || spec.exclusions().stream()
                        .anyMatch(range -> range.first().compareTo(unit.lastAddress()) <= 0
                                && range.last().compareTo(unit.firstAddress()) >= 0);
    }

    private static boolean touches(Prefix unit, Prefix address) {
        return unit.contains(address);
    }

    private static PoolSpec spec(SplittableRandom random, int unitBitsMax, List<AddressRange> exclusions) {
        Family family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
        int unitLength = family == Family.IPV4 ? 32 : random.nextInt(129);
        int length = unitLength - random.nextInt(Math.min(unitBitsMax, unitLength) + 1);
        Prefix cidr = family == Family.IPV4
                ? Prefix.masked(family, 0, random.nextLong(1L << 32), length)
                : Prefix.masked(family, random.nextLong(), random.nextLong(), length);
        Prefix gateway = random.nextBoolean() ? null : inside(random, cidr).first();
        return new PoolSpec("pool", "default", cidr, unitLength, gateway, exclusions, List.of(), 0, Map.of());
    }

    private static PoolSpec spec(PoolSpec bare, List<AddressRange> exclusions) {
        return new PoolSpec(
                bare.id(),
                bare.space(),
                bare.cidr(),
                bare.unitLength(),
                bare.gateway(),
                exclusions,
                List.of(),
                0,
                Map.of());
    }

    private static AddressRange inside(SplittableRandom random, Prefix cidr) {
        Prefix last = cidr.lastAddress();
        Prefix a =
                within(cidr, random.nextLong() & (last.hi() ^ cidr.hi()), random.nextLong() & (last.lo() ^ cidr.lo()));
        Prefix b =
                within(cidr, random.nextLong() & (last.hi() ^ cidr.hi()), random.nextLong() & (last.lo() ^ cidr.lo()));
        return a.compareTo(b) <= 0 ? new AddressRange(a, b) : new AddressRange(b, a);
    }

    private static Prefix within(Prefix cidr, long hostHi, long hostLo) {
        return new Prefix(
                cidr.family(),
                cidr.hi() | hostHi,
                cidr.lo() | hostLo,
                cidr.family().bits());
    }

    private static BigInteger number(Prefix prefix) {
        return new BigInteger(Long.toUnsignedString(prefix.hi()))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(prefix.lo())));
    }
}
