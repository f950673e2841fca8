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

    /** All addresses of the prefix. */
    public static AddressRange of(Prefix prefix) {
        return new AddressRange(prefix.firstAddress(), prefix.lastAddress());
    }

    /** One address, a prefix, or {@code first-last}. */
    public static Parsed<AddressRange> parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            Parsed<Prefix> whole = AddressText.parseAddressOrPrefix(text);
            return whole.isOk() ? Parsed.ok(of(whole.get())) : whole.recast();
        }
        Parsed<Prefix> first = AddressText.parseAddress(text.substring(0, dash));
        Parsed<Prefix> last = AddressText.parseAddress(text.substring(dash + 1));
        if (!first.isOk() || !last.isOk()) {
            return (first.isOk() ? last : first).recast();
        }
        if (first.get().family() != last.get().family()) {
            return Parsed.bad("%s mixes IPv4 and IPv6", Quoted.of(text));
        }
        if (first.get().compareTo(last.get()) > 0) {
            return Parsed.bad("%s ends before it starts", Quoted.of(text));
        }
        return Parsed.ok(new AddressRange(first.get(), last.get()));
    }

    public boolean isInside(Prefix prefix) {
        return prefix.contains(first) && prefix.contains(last);
    }

    /** The shortest of the forms that {@link #parse} reads. */
    @Override
    public String toString() {
        if (first.equals(last)) {
            return first.address();
        }
        Prefix common = first.commonPrefix(last);
        return of(common).equals(this) ? common.toString() : first.address() + "-" + last.address();
    }
}
