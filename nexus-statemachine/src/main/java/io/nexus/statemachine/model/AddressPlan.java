package io.nexus.statemachine.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * A pool's arithmetic: which unit is which prefix, and which units are never handed out. Those are, in an IPv4 pool of
 * /30 or wider, the network and the broadcast address; the gateway; the exclusions; and, in an IPv4 pool that names no
 * gateway, the first host (of a /31 and a /32 the base address), because gateways take it for theirs. A function of the
 * specification alone, hence part of what every member must compute equally.
 *
 * <p>The number of a unit is its distance, bit by bit (exclusive or), from the CIDR that the pool was created with. So a pool that
 * grows keeps the numbers that are in its rows, whichever half of the wider CIDR it was.
 */
public final class AddressPlan {
    /** No pool has more units: 2^32. */
    public static final long UNITS_MAX = 1L << 32;

    private static final int UNIT_BITS_MAX = 32;

    private final Prefix cidr;
    private final Prefix origin;
    private final int unitLength;
    private final long unitCount;
    private final List<UnitRange> withheld;
    private final long allocatable;

    private AddressPlan(Prefix cidr, Prefix origin, int unitLength) {
        int unitBits = unitLength - cidr.length();
        if (unitBits < 0
                || unitBits > UNIT_BITS_MAX
                || unitLength > cidr.family().bits()) {
            throw new IllegalArgumentException("a " + cidr + " cannot be cut into units of /" + unitLength);
        }
        if (!cidr.contains(origin) || origin.length() > unitLength) {
            throw new IllegalArgumentException("a " + cidr + " did not grow out of " + origin);
        }
        this.cidr = cidr;
        this.origin = origin;
        this.unitLength = unitLength;
        this.unitCount = 1L << unitBits;
        this.withheld = List.of();
        this.allocatable = unitCount;
    }

    private AddressPlan(AddressPlan whole, List<UnitRange> withheld) {
        this.cidr = whole.cidr;
        this.origin = whole.origin;
        this.unitLength = whole.unitLength;
        this.unitCount = whole.unitCount;
        this.withheld = List.copyOf(withheld);
        this.allocatable =
                unitCount - withheld.stream().mapToLong(UnitRange::count).sum();
    }

    /**
     * Throws IllegalArgumentException where {@link PoolRules} would have found a problem with CIDR, unit length, gateway
     * or exclusions.
     */
    public static AddressPlan of(PoolSpec spec) {
        AddressPlan whole = new AddressPlan(spec.cidr(), spec.origin(), spec.unitLength());
        return new AddressPlan(whole, merged(whole.neverHandedOut(spec)));
    }

    /** All units, handed out or not: 1 to 2^32, a power of two. */
    public long unitCount() {
        return unitCount;
    }

    /** Units that can be handed out: all less the withheld ones. */
    public long allocatable() {
        return allocatable;
    }

    /** Units never handed out: ascending, disjoint, not adjacent. */
    public List<UnitRange> withheld() {
        return withheld;
    }

    public boolean isWithheld(long unit) {
        int low = 0;
        int high = withheld.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            UnitRange range = withheld.get(middle);
            if (unit > range.last()) {
                low = middle + 1;
            } else if (unit < range.first()) {
                high = middle - 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /* --------------- unit and prefix --------------- */

    /** The prefix of one unit, without working out which ones are withheld: for readers of single rows. */
    public static Prefix prefix(PoolSpec spec, long unit) {
        return new AddressPlan(spec.cidr(), spec.origin(), spec.unitLength()).prefix(unit);
    }

    /** The prefix of a unit, 0 to unitCount-1. */
    public Prefix prefix(long unit) {
        if (unit < 0 || unit >= unitCount) {
            throw new IllegalArgumentException("unit " + unit + " is not in " + cidr);
        }
        int shift = cidr.family().bits() - unitLength;
        long lo = shift < 64 ? unit << shift : 0;
        long hi = shift == 0 ? 0 : shift < 64 ? unit >>> (64 - shift) : unit << (shift - 64);
        return new Prefix(cidr.family(), origin.hi() ^ hi, origin.lo() ^ lo, unitLength);
    }

    /** The unit that is exactly this prefix; empty if it is outside the pool or of another length. */
    public OptionalLong unit(Prefix prefix) {
        return prefix.length() == unitLength ? unitContaining(prefix) : OptionalLong.empty();
    }

    /** The unit that the address or longer prefix lies in; empty if it lies in none, or in several. */
    public OptionalLong unitContaining(Prefix prefix) {
        return prefix.length() >= unitLength && cidr.contains(prefix)
                ? OptionalLong.of(ordinal(prefix))
                : OptionalLong.empty();
    }

    /**
     * All units that the range touches, if only with one address. The range is inside the pool. One range of units as
     * long as the pool has not grown; else at most two for each bit of a unit's number.
     */
    public List<UnitRange> units(AddressRange range) {
        if (!range.isInside(cidr)) {
            throw new IllegalArgumentException(range + " is not inside " + cidr);
        }
        long turned = ordinal(cidr.firstAddress()); // the bits in which the number of a unit differs from its place
        long place = ordinal(range.first()) ^ turned;
        long last = ordinal(range.last()) ^ turned;
        if (turned == 0) {
            return List.of(new UnitRange(place, last));
        }
        List<UnitRange> ranges = new ArrayList<>();
        while (place <= last) {
            // The largest block that begins here and is aligned to its size stays one block.
            long aligned = place == 0 ? unitCount : Long.lowestOneBit(place);
            long size = Math.min(aligned, Long.highestOneBit(last - place + 1));
            long first = (place ^ turned) & -size;
            ranges.add(new UnitRange(first, first + size - 1));
            place += size;
        }
        return ranges;
    }

    private long ordinal(Prefix inside) {
        int shift = cidr.family().bits() - unitLength;
        long hi = inside.hi() ^ origin.hi();
        long lo = inside.lo() ^ origin.lo();
        if (shift >= 64) {
            return shift == 128 ? 0 : hi >>> (shift - 64);
        }
        return shift == 0 ? lo : lo >>> shift | hi << (64 - shift);
    }

    /* --------------- withheld --------------- */

    private List<UnitRange> neverHandedOut(PoolSpec spec) {
        List<UnitRange> ranges = new ArrayList<>();
        boolean hasNetworkAddress = cidr.family() == Family.IPV4 && cidr.length() <= 30;
        if (hasNetworkAddress) {
            ranges.add(single(ordinal(cidr.firstAddress())));
            ranges.add(single(ordinal(cidr.lastAddress())));
        }
        Prefix gateway = spec.gateway();
        if (gateway != null) {
            ranges.addAll(units(new AddressRange(gateway, gateway)));
        } else if (cidr.family() == Family.IPV4) {
            Prefix base = cidr.firstAddress();
            long host = base.lo() + (hasNetworkAddress ? 1 : 0);
            ranges.add(single(ordinal(new Prefix(base.family(), base.hi(), host, base.length()))));
        }
        spec.exclusions().forEach(exclusion -> ranges.addAll(units(exclusion)));
        return ranges;
    }

    private static UnitRange single(long unit) {
        return new UnitRange(unit, unit);
    }

    private static List<UnitRange> merged(List<UnitRange> ranges) {
        ranges.sort(Comparator.comparingLong(UnitRange::first));
        List<UnitRange> merged = new ArrayList<>();
        for (UnitRange next : ranges) {
            UnitRange previous = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (previous == null || next.first() > previous.last() + 1) {
                merged.add(next);
            } else if (next.last() > previous.last()) {
                merged.set(merged.size() - 1, new UnitRange(previous.first(), next.last()));
            }
        }
        return merged;
    }
}
