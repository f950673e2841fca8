package io.nexus.statemachine.model;

/** Units of a pool from first to last, both included; 0 to 2^32-1. */
public record UnitRange(long first, long last) {
    public UnitRange {
        if (first < 0 || last < first || last >= AddressPlan.UNITS_MAX) {
            throw new IllegalArgumentException("not a range of units: " + first + "-" + last);
        }
    }

    public long count() {
        return last - first + 1;
    }
}
