package io.nexus.statemachine.model;

/**
 * An IP prefix: an address is a prefix of full length. Bits beyond {@code length} are zero (checked).
 *
 * @param hi upper 64 bits of an IPv6 address; 0 for IPv4
 * @param lo lower 64 bits of an IPv6 address; the 32 bits of an IPv4 address
 * @param length 0 to 32 or 128
 */
public record Prefix(Family family, long hi, long lo, int length) implements Comparable<Prefix> {
    public Prefix {
        if (length < 0 || length > family.bits()) {
            throw new IllegalArgumentException("prefix length " + length + " is not between 0 and " + family.bits());
        }
        if (family == Family.IPV4 && (hi != 0 || (lo >>> 32) != 0)) {
            throw new IllegalArgumentException("not an IPv4 address");
        }
        if ((hi & ~maskHi(family, length)) != 0 || (lo & ~maskLo(family, length)) != 0) {
            throw new IllegalArgumentException("host bits set beyond /" + length);
        }
    }

    /** The prefix of the given length that contains the address; host bits are cut off. */
    public static Prefix masked(Family family, long hi, long lo, int length) {
        return new Prefix(family, hi & maskHi(family, length), lo & maskLo(family, length), length);
    }

    private static long maskHi(Family family, int length) {
        if (family == Family.IPV4) {
            return 0;
        }
        return length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
    }

    private static long maskLo(Family family, int length) {
        if (family == Family.IPV4) {
            return length == 0 ? 0 : (-1L << (32 - length)) & 0xffffffffL;
        }
        return length <= 64 ? 0 : length == 128 ? -1L : -1L << (128 - length);
    }

    /** True if every address of the other prefix is in this one. */
    public boolean contains(Prefix other) {
        return family == other.family
                && length <= other.length
                && hi == (other.hi & maskHi(family, length))
                && lo == (other.lo & maskLo(family, length));
    }

    public boolean overlaps(Prefix other) {
        return contains(other) || other.contains(this);
    }

    /** The longest prefix that contains both; they are of one family. */
    public Prefix commonPrefix(Prefix other) {
        int unused = 128 - family.bits(); // an IPv4 address is the low half of lo
        int equal = hi != other.hi
                ? Long.numberOfLeadingZeros(hi ^ other.hi)
                : 64 + Long.numberOfLeadingZeros(lo ^ other.lo);
        return masked(family, hi, lo, Math.min(equal - unused, Math.min(length, other.length)));
    }

    public Prefix firstAddress() {
        return new Prefix(family, hi, lo, family.bits());
    }

    public Prefix lastAddress() {
        long hostLo = family == Family.IPV4 ? ~maskLo(family, length) & 0xffff_ffffL : ~maskLo(family, length);
        long hostHi = family == Family.IPV4 ? 0 : ~maskHi(family, length);
        return new Prefix(family, hi | hostHi, lo | hostLo, family.bits());
    }

    public boolean isAddress() {
        return length == family.bits();
    }

    /** Family, then unsigned address, then shorter prefixes first. */
    @Override
    public int compareTo(Prefix other) {
        int byFamily = family.compareTo(other.family);
        int byHi = byFamily != 0 ? byFamily : Long.compareUnsigned(hi, other.hi);
        int byLo = byHi != 0 ? byHi : Long.compareUnsigned(lo, other.lo);
        return byLo != 0 ? byLo : Integer.compare(length, other.length);
    }

    /** The base address in canonical text, without the length (RFC 5952 for IPv6). */
    public String address() {
        return AddressText.format(this);
    }

    /** Canonical text with the length: {@code 100.64.0.0/16}. */
    @Override
    public String toString() {
        return address() + "/" + length;
    }
}
