package io.nexus.statemachine.model;

/**
 * IP addresses and prefixes as text. The parser is strict: what two programs could read differently is refused, with a
 * sentence that says how to write it. The formatter gives the one canonical form (RFC 5952 for IPv6).
 */
public final class AddressText {
    /** No address with its length is longer; keeps junk out of the parsers. */
    private static final int LENGTH_MAX = 64;

    private AddressText() {}

    /** An address alone: {@code 100.64.0.1}, {@code 2001:db8::1}. */
    public static Parsed<Prefix> parseAddress(String text) {
        if (text.indexOf('/') >= 0) {
            return Parsed.bad("%s has a prefix length: an address alone is expected", Quoted.of(text));
        }
        return address(text);
    }

    /** A prefix with its length and without host bits: {@code 100.64.0.0/16}. */
    public static Parsed<Prefix> parsePrefix(String text) {
        int slash = text.indexOf('/');
        Parsed<Prefix> address = address(slash < 0 ? text : text.substring(0, slash));
        if (!address.isOk()) {
            return address;
        }
        Prefix base = address.get();
        if (slash < 0) {
            return Parsed.bad("%s has no prefix length: write for example %s", Quoted.of(text), example(base));
        }
        int length = length(text, slash + 1, base.family().bits());
        if (length < 0) {
            return Parsed.bad(
                    "prefix length %s of %s is not a number from 0 to %d",
                    Quoted.of(text.substring(slash + 1)),
                    Quoted.of(text),
                    base.family().bits());
        }
        Prefix masked = Prefix.masked(base.family(), base.hi(), base.lo(), length);
        return masked.hi() == base.hi() && masked.lo() == base.lo()
                ? Parsed.ok(masked)
                : Parsed.bad("%s has bits set beyond its length: did you mean %s?", Quoted.of(text), masked);
    }

    /** A prefix, or an address for the prefix of full length. */
    public static Parsed<Prefix> parseAddressOrPrefix(String text) {
        return text.indexOf('/') < 0 ? address(text) : parsePrefix(text);
    }

    /** The base address in canonical form, without length. */
    static String format(Prefix prefix) {
        return prefix.family() == Family.IPV4
                ? Ipv4Text.format(prefix.lo())
                : Ipv6Text.format(prefix.hi(), prefix.lo());
    }

    private static Parsed<Prefix> address(String text) {
        if (text.isEmpty()) {
            return Parsed.bad("an IP address is missing");
        }
        int zone = text.indexOf('%');
        if (zone >= 0) {
            return Parsed.bad(
                    "%s has the zone id %s, which means something on one host only: leave it out",
                    Quoted.of(text), Quoted.of(text.substring(zone)));
        }
        int colon = text.indexOf(':');
        int dot = text.indexOf('.');
        if (text.length() > LENGTH_MAX || (colon < 0 && dot < 0)) {
            return Parsed.bad("%s is not an IP address", Quoted.of(text));
        }
        if (text.charAt(0) == '[' || (dot >= 0 && dot < colon)) {
            return Parsed.bad("%s is not an IP address: leave out brackets and port", Quoted.of(text));
        }
        return colon < 0 ? Ipv4Text.parse(text) : Ipv6Text.parse(text);
    }

    /** A valid prefix of a usual length that starts at the address. */
    private static Prefix example(Prefix base) {
        int usual = base.family() == Family.IPV4 ? 24 : 56;
        Prefix masked = Prefix.masked(base.family(), base.hi(), base.lo(), usual);
        return masked.hi() == base.hi() && masked.lo() == base.lo() ? masked : base;
    }

    /** -1 if the text from the offset on is not a plain number from 0 to max. */
    private static int length(String text, int from, int max) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value <= max ? value : -1;
    }
}
