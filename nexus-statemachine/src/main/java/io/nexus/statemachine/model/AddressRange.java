package io.nexus.statemachine.model;

/** An inclusive range of addresses of one family; both ends are full-length prefixes. */
public record AddressRange(Prefix first, Prefix last) {
    public AddressRange {
        if (!first.isAddress() || !last.isAddress() || first.family() != last.family()) {
            throw new IllegalArgumentException("a range needs two addresses of one family");
        }
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException(
                    "range ends before it starts: " + first.address() + "-" + last.address());
        }
    }
}
