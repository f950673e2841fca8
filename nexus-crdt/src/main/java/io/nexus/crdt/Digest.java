package io.nexus.crdt;

/**
 * Homomorphic digest of a set of rows: the sum of {@link Hash128} of every row modulo 2^128. Equal sets have equal
 * digests whatever the order of changes; a sum and not an exclusive-or, so that duplicates do not cancel. It detects
 * faults, not adversaries.
 */
public record Digest(long hi, long lo) {
    public static final Digest ZERO = new Digest(0, 0);

    public Digest plus(Digest other) {
        long sum = lo + other.lo;
        long carry = Long.compareUnsigned(sum, lo) < 0 ? 1 : 0;
        return new Digest(hi + other.hi + carry, sum);
    }

    public Digest minus(Digest other) {
        long difference = lo - other.lo;
        long borrow = Long.compareUnsigned(lo, other.lo) < 0 ? 1 : 0;
        return new Digest(hi - other.hi - borrow, difference);
    }

    /** The digest of the set that holds just this row. */
    public static Digest of(byte[] key, byte[] value) {
        return Hash128.of(key, value);
    }

    public String hex() {
        return String.format("%016x%016x", hi, lo);
    }
}
